//! The instruction sets that have vectors. One source for all; `fearless_simd` proves that
//! the machine has what it is compiled for.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x64};

#[cfg(target_arch = "x86_64")]
use self::compressing::Compressing;
use super::{BLOCK, Instructions, Path, index_by};

/// The token that proves that this machine has the instructions of `path`.
pub(super) fn level(path: Path) -> Option<Level> {
    match path {
        Path::Best => Some(Level::new()).filter(|level| !level.is_fallback()),
        Path::Baseline => Some(Level::baseline()).filter(|level| !level.is_fallback()),
        #[cfg(target_arch = "x86_64")]
        Path::Sse42 => Level::new().as_sse4_2().map(Simd::level),
        #[cfg(target_arch = "x86_64")]
        Path::Avx2 => Level::new().as_avx2().map(Simd::level),
        #[cfg(target_arch = "x86_64")]
        Path::Avx512 => Level::new().as_avx512().map(Simd::level),
        _ => None,
    }
}

pub(super) fn index(level: Level, window: &[u8], places: &mut [u16]) -> usize {
    #[cfg(target_arch = "x86_64")]
    if let Some(avx512) = level.as_avx512() {
        return avx512.vectorize(
            #[inline(always)]
            || index_by(Compressing(avx512), window, places),
        );
    }
    dispatch!(level, simd => index_by(Vectors(simd), window, places))
}

#[derive(Clone, Copy)]
struct Vectors<S>(S);

impl<S: Simd> Instructions for Vectors<S> {
    #[inline(always)]
    fn marks(self, block: &[u8; BLOCK]) -> u64 {
        let bytes = u8x64::from_slice(self.0, block);
        (bytes.simd_eq(b'.') | bytes.simd_eq(b':') | bytes.simd_eq(b'%')).to_bitmask()
    }
}

/// For those who have an instruction that makes a list of places from a word of bits.
#[cfg(target_arch = "x86_64")]
mod compressing {
    use fearless_simd::prelude::*;
    use fearless_simd::{mask8x64, u8x64};

    use super::super::{BLOCK, Instructions};
    use super::Vectors;

    #[derive(Clone, Copy)]
    pub(super) struct Compressing<S>(pub(super) S);

    impl<S: Simd> Instructions for Compressing<S> {
        #[inline(always)]
        fn marks(self, block: &[u8; BLOCK]) -> u64 {
            Vectors(self.0).marks(block)
        }

        #[inline(always)]
        fn push(self, slots: &mut [u16; BLOCK], base: u16, marks: u64) {
            let all = u8x64::from_slice(self.0, &ALL);
            let (low, high) = all.compress(mask8x64::from_bitmask(self.0, marks)).widen();
            (low + base).store_slice(&mut slots[..BLOCK / 2]);
            if marks.count_ones() as usize > BLOCK / 2 {
                (high + base).store_slice(&mut slots[BLOCK / 2..]);
            }
        }
    }

    const ALL: [u8; BLOCK] = {
        let mut all = [0; BLOCK];
        let mut nth = 0;
        while nth < BLOCK {
            all[nth] = nth as u8;
            nth += 1;
        }
        all
    };
}
