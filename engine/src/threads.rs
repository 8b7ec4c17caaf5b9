//! Which threads do the arithmetic of one bill.

use rayon::ThreadPoolBuilder;

/// Makes the calling thread one of those that proofs and checks are split among, instead of one that hands each loop to
/// another and waits for it. For a program that proves or checks one bill after the other on the calling thread, once, before
/// the first: no other thread may count on the pool while this one does something else. Without effect when the pool is in
/// use already.
pub fn work_here() {
    let _in_use = ThreadPoolBuilder::new().use_current_thread().build_global();
}
