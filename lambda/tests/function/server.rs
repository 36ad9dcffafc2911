//! Both ends of the function: Lambda's Runtime API, which hands it events and takes its replies, and the old account,
//! which answers each operation from a script.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cogmig_sandbox::{Reply, Request, RuntimeApi, ScriptedServer};

#[derive(Default)]
struct State {
    /// The answers to come of each operation. The last one stays.
    scripts: HashMap<&'static str, VecDeque<Reply>>,
    /// The operations that were answered since the last event.
    calls: Vec<String>,
}

/// What came back for an event: whether as a response, and the bytes.
pub type Returned = (bool, String);

/// Both servers.
pub struct Server {
    runtime: RuntimeApi,
    old_account: ScriptedServer,
    state: Arc<Mutex<State>>,
    /// Connections with lower numbers end in place of their next answer.
    dead_below: Arc<AtomicUsize>,
}

impl Server {
    pub fn start() -> Self {
        let (state, dead_below) = (
            Arc::<Mutex<State>>::default(),
            Arc::<AtomicUsize>::default(),
        );
        let (own, dead) = (Arc::clone(&state), Arc::clone(&dead_below));
        let old_account = ScriptedServer::start(move |request| {
            if request.connection < dead.load(Ordering::SeqCst) {
                return Reply::cut();
            }
            answer(&own, request)
        });
        Self {
            runtime: RuntimeApi::start("arn:aws:lambda:eu-west-1:1:function:function-1")
                .expect("a port"),
            old_account: old_account.expect("a port"),
            state,
            dead_below,
        }
    }

    /// The address of the Runtime API.
    pub fn runtime_api(&self) -> String {
        self.runtime.address()
    }

    /// The endpoint of the old account.
    pub fn endpoint(&self) -> String {
        self.old_account.url()
    }

    pub fn script(&self, operation: &'static str, answers: &[Reply]) {
        let mut state = self.state.lock().expect("no panic");
        state
            .scripts
            .insert(operation, answers.iter().cloned().collect());
    }

    /// Hands an event to the function, and waits for its reply and for the calls that it made since the last one.
    pub fn invoke(&self, event: &str) -> (Returned, Vec<String>) {
        let reply = self
            .runtime
            .invoke(event)
            .expect("a reply in Lambda's time");
        let mut state = self.state.lock().expect("no panic");
        let calls = std::mem::take(&mut state.calls);
        ((reply.responded, reply.body), calls)
    }

    /// How many connections were opened to the old pool so far.
    pub fn connections(&self) -> usize {
        let mut first = BTreeMap::new();
        for request in self.old_account.requests() {
            let operation = request.operation().to_owned();
            first.entry(request.connection).or_insert(operation);
        }
        first
            .values()
            .filter(|operation| *operation != "AssumeRole")
            .count()
    }

    /// From now on every open connection to the old account ends in place of its next answer, as if something on the
    /// way had forgotten it.
    pub fn forget_connections(&self) {
        let open = self.old_account.connections();
        self.dead_below.store(open, Ordering::SeqCst);
    }
}

/// What opens a connection: it takes no credentials, and counts against no quota.
const KEYS: &str = "GET /eu-west-1_marked/.well-known/jwks.json HTTP/1.1";

fn answer(state: &Mutex<State>, request: &Request) -> Reply {
    let operation = request.operation();
    if operation.starts_with("GET ") {
        assert_eq!(operation, KEYS);
        return Reply::text(200, "{}");
    }
    let mut state = state.lock().expect("no panic");
    state.calls.push(operation.to_owned());
    let script = state.scripts.get_mut(operation).expect("a script");
    if script.len() > 1 {
        script.pop_front().expect("an answer")
    } else {
        script.front().expect("an answer").clone()
    }
}
