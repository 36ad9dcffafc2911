//! The servers that the function uses: the Lambda Runtime API, which sends events and receives
//! replies, and the old account, which answers each operation from a script.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cogmig_sandbox::{Reply, Request, RuntimeApi, ScriptedServer};
use serde_json::Value;

#[derive(Default)]
struct State {
    /// The next answers of each operation. The last one is repeated.
    scripts: HashMap<&'static str, VecDeque<Reply>>,
    /// The operations that were called since the last event.
    calls: Vec<String>,
}

/// The function's reply to an event: whether it is a response (not an error), and its body.
pub type Returned = (bool, String);

/// Both servers.
pub struct Server {
    runtime: RuntimeApi,
    old_account: ScriptedServer,
    state: Arc<Mutex<State>>,
    /// Connections with lower numbers are closed instead of their next answer.
    dead_below: Arc<AtomicUsize>,
}

impl Server {
    pub fn start() -> Self {
        let (state, dead_below) = (
            Arc::<Mutex<State>>::default(),
            Arc::<AtomicUsize>::default(),
        );
        let (answers, dead) = (Arc::clone(&state), Arc::clone(&dead_below));
        let old_account = ScriptedServer::start(move |request| {
            if request.connection < dead.load(Ordering::SeqCst) {
                return Reply::cut();
            }
            answer(&answers, request)
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

    /// Invokes the function and waits for its reply. Also returns its calls since the last event.
    pub fn invoke(&self, event: &str) -> (Returned, Vec<String>) {
        let reply = self
            .runtime
            .invoke(event)
            .expect("a reply before Lambda's timeout");
        let mut state = self.state.lock().expect("no panic");
        let calls = std::mem::take(&mut state.calls);
        ((reply.responded, reply.body), calls)
    }

    /// The bodies of all requests of an operation.
    pub fn bodies(&self, operation: &str) -> Vec<Value> {
        let requests = self.old_account.requests().into_iter();
        let requests = requests.filter(|request| request.operation() == operation);
        requests.map(|request| request.json()).collect()
    }

    /// Waits until the function has done all work of the last event, also that after its reply.
    pub fn wait_until_idle(&self) {
        self.runtime
            .wait_until_idle()
            .expect("a request for the next event");
    }

    /// The number of connections that were opened to the old pool.
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

    /// The Regions whose STS was asked, by the credential scope of each request.
    pub fn sts_regions(&self) -> Vec<String> {
        let requests = self.old_account.requests();
        let assumed = requests
            .iter()
            .filter(|one| one.operation() == "AssumeRole");
        let region = |request: &Request| {
            let scope = request.header("authorization").split('/').nth(2);
            scope.unwrap_or_default().to_owned()
        };
        assumed.map(region).collect()
    }

    /// Closes each open connection to the old account instead of its next answer, as if a NAT
    /// gateway had dropped it.
    pub fn drop_connections(&self) {
        let open = self.old_account.connections();
        self.dead_below.store(open, Ordering::SeqCst);
    }
}

/// The request that opens a connection. It needs no credentials and counts against no quota.
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
