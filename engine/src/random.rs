//! Fresh bytes from the operating system.

use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

/// The operating system gives no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoRandomness;

/// 32 bytes, for one use.
pub(crate) fn fresh() -> Result<Zeroizing<[u8; 32]>, NoRandomness> {
    let mut bytes = Zeroizing::new([0; 32]);
    SysRng.try_fill_bytes(&mut *bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}
