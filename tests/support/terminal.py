"""Runs a program on a pseudo-terminal of COLUMNS columns, types each answer after its question
appears, and prints the output. If a question does not appear in time, the program is killed.

    terminal.py 'question=answer|question=answer' PROGRAM ARGUMENTS
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

questions, command = sys.argv[1].split("|"), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
if columns := int(os.environ.get("COLUMNS", 0)):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
output, answered, deadline = b"", 0, time.monotonic() + 60
while True:
    if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
        os.kill(pid, signal.SIGKILL)
        break
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    output += chunk
    if questions and questions[0]:
        question, answer = questions[0].split("=")
        if question.encode() in output[answered:]:
            answered = len(output)
            questions.pop(0)
            # The program must have printed the whole prompt.
            time.sleep(0.5)
            os.write(terminal, answer.encode().decode("unicode_escape").encode())
sys.stdout.buffer.write(output)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) % 256)
