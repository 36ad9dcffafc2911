//! Setup, a sign-in, teardown: the thin path through everything.

use crate::stage::{PASSWORD, Stage, attributes};

#[test]
fn a_user_moves_and_everything_is_put_back() {
    let stage = Stage::new();
    let before = stage.sandbox.standing();

    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();

    let old = stage.sandbox.find_user(&stage.old, "ada").unwrap().unwrap();
    assert_eq!(stage.moved("ada"), attributes(old));
    assert!(stage.sandbox.messages().is_empty());

    stage.teardown();
    stage.sign_in("ada", PASSWORD).unwrap_err();
    stage.forget("ada");
    assert_eq!(stage.sandbox.standing(), before);
}
