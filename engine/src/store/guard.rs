//! A damaged file can make the database panic. Nothing of that leaves the store: a panic becomes a refusal, and what
//! it prints is kept quiet.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use super::StoreRefusal;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}
static HOOK: Once = Once::new();

/// Runs an act on the store.
pub(super) fn guarded<T, E: From<StoreRefusal>>(act: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    HOOK.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |info| {
            if !QUIET.get() {
                loud(info);
            }
        }));
    });
    let before = QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(act));
    QUIET.set(before);
    result.unwrap_or_else(|panic| Err(E::from(StoreRefusal::Damaged(said(&*panic)))))
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("an internal check failed").lines().next().unwrap_or_default().chars().take(120).collect()
}
