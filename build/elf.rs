//! Reads the requirements of a `bootstrap` binary from its ELF headers, to reject a binary at build
//! time that AWS Lambda can't start.

/// The glibc version of Lambda's `provided.al2023` runtime.
const NEWEST_GLIBC: (u16, u16) = (2, 34);

/// Returns why AWS Lambda can't run `elf` on the machine type `machine` (`e_machine`).
pub fn check(elf: &[u8], machine: u16) -> Result<(), String> {
    if elf.get(..6) != Some(b"\x7fELF\x02\x01") {
        return Err("it is not a 64-bit little-endian ELF file".to_owned());
    }
    if read_u16(elf, 18) != Some(machine) {
        return Err("it is for another architecture".to_owned());
    }
    match newest_glibc(elf) {
        Some(version) if is_dynamic(elf)? && version > NEWEST_GLIBC => Err(format!(
            "it needs glibc {}.{}, and Lambda has {}.{}",
            version.0, version.1, NEWEST_GLIBC.0, NEWEST_GLIBC.1
        )),
        None if is_dynamic(elf)? => {
            Err("it is neither statically linked nor linked to glibc".to_owned())
        }
        _ => Ok(()),
    }
}

/// Whether a program header requires a dynamic loader. A static-pie has a dynamic section but no
/// loader.
fn is_dynamic(elf: &[u8]) -> Result<bool, String> {
    const PT_INTERP: u32 = 3;
    let broken = || "can't read its program headers".to_owned();
    let offset = elf
        .get(32..40)
        .and_then(|at| at.try_into().ok())
        .map(u64::from_le_bytes);
    let offset = offset
        .and_then(|offset| usize::try_from(offset).ok())
        .ok_or_else(broken)?;
    let size = usize::from(read_u16(elf, 54).ok_or_else(broken)?);
    let count = usize::from(read_u16(elf, 56).ok_or_else(broken)?);
    for index in 0..count {
        let at = index
            .checked_mul(size)
            .and_then(|skip| skip.checked_add(offset));
        let kind = at
            .and_then(|at| elf.get(at..at.checked_add(4)?))
            .ok_or_else(broken)?;
        if kind == PT_INTERP.to_le_bytes() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The newest glibc version that appears in the file. The linker writes one name for each version
/// that the binary needs, so a search for the names finds all of them. Other text of this form can
/// only make the check stricter.
fn newest_glibc(elf: &[u8]) -> Option<(u16, u16)> {
    const NAME: &[u8] = b"GLIBC_";
    let versions = elf
        .windows(NAME.len())
        .enumerate()
        .filter(|(_, window)| *window == NAME)
        .filter_map(|(at, _)| {
            let rest = &elf[at + NAME.len()..];
            let end = rest
                .iter()
                .position(|byte| !byte.is_ascii_digit() && *byte != b'.')?;
            let (major, minor) = std::str::from_utf8(&rest[..end]).ok()?.split_once('.')?;
            let minor = minor.split('.').next()?;
            Some((major.parse().ok()?, minor.parse().ok()?))
        });
    versions.max()
}

fn read_u16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{NEWEST_GLIBC, check};

    const X86_64: u16 = 62;

    /// A file header with one program header of this kind, followed by text.
    fn elf(kind: u32, text: &str) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[18..20].copy_from_slice(&X86_64.to_le_bytes());
        bytes[32] = 64;
        bytes[54] = 56;
        bytes[56] = 1;
        bytes.extend(kind.to_le_bytes());
        bytes.resize(64 + 56, 0);
        bytes.extend(text.as_bytes());
        bytes.push(0);
        bytes
    }

    #[test]
    fn static_binaries_and_supported_glibc_versions_pass() {
        assert_eq!(NEWEST_GLIBC, (2, 34));
        assert_eq!(check(&elf(1, ""), X86_64), Ok(()));
        assert_eq!(check(&elf(1, "GLIBC_2.99"), X86_64), Ok(()));
        assert_eq!(
            check(&elf(3, "GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_PRIVATE"), X86_64),
            Ok(())
        );
    }

    #[test]
    fn binaries_that_lambda_cannot_start_are_rejected() {
        let rejected = [
            (elf(3, "GLIBC_2.4\0GLIBC_2.35"), "glibc 2.35"),
            (elf(3, "GLIBC_3.0"), "glibc 3.0"),
            (elf(3, "no version"), "neither static"),
            (b"MZ".to_vec(), "not a 64-bit"),
            (Vec::new(), "not a 64-bit"),
        ];
        for (bytes, word) in rejected {
            let error = check(&bytes, X86_64).expect_err(word);
            assert!(error.contains(word), "{error}");
        }
        assert!(
            check(&elf(1, ""), 183)
                .expect_err("arm64")
                .contains("another architecture")
        );
    }

    #[test]
    fn a_truncated_file_is_rejected() {
        let whole = elf(3, "");
        for end in 0..64 + 4 {
            assert!(check(&whole[..end], X86_64).is_err(), "{end}");
        }
    }
}
