//! Sixteen bytes at once, in the terms of whatever the target has for that.

pub(super) use target::Bytes;

impl Bytes {
    /// The bytes of a block.
    #[inline]
    pub(super) fn of_block(block: &[u8; 64]) -> [Bytes; 4] {
        let (quarters, _) = block.as_chunks::<16>();
        [Bytes::load(&quarters[0]), Bytes::load(&quarters[1]), Bytes::load(&quarters[2]), Bytes::load(&quarters[3])]
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod target {
    use core::arch::wasm32::*;

    #[derive(Clone, Copy)]
    pub(in super::super) struct Bytes(v128);

    impl Bytes {
        #[inline]
        pub(in super::super) fn load(bytes: &[u8; 16]) -> Bytes {
            // SAFETY: there are 16 bytes, and the load needs no alignment.
            Bytes(unsafe { v128_load(bytes.as_ptr().cast::<v128>()) })
        }

        #[inline]
        pub(in super::super) fn zero() -> Bytes {
            Bytes(u8x16_splat(0))
        }

        #[inline]
        pub(in super::super) fn min(self, other: Bytes) -> Bytes {
            Bytes(u8x16_min(self.0, other.0))
        }

        #[inline]
        pub(in super::super) fn min_signed(self, other: Bytes) -> Bytes {
            Bytes(i8x16_min(self.0, other.0))
        }

        #[inline]
        pub(in super::super) fn or(self, other: Bytes) -> Bytes {
            Bytes(v128_or(self.0, other.0))
        }

        /// Whether one of them is no greater than CR.
        #[inline]
        pub(in super::super) fn has_controls(self) -> bool {
            v128_any_true(u8x16_le(self.0, u8x16_splat(b'\r')))
        }

        /// Whether all of them are greater than CR as signed numbers: ASCII, and no control up to there.
        #[inline]
        pub(in super::super) fn is_plain(self) -> bool {
            !v128_any_true(i8x16_le(self.0, i8x16_splat(b'\r' as i8)))
        }

        #[inline]
        pub(in super::super) fn is_ascii(self) -> bool {
            i8x16_bitmask(self.0) == 0
        }

        /// A bit for each CR and LF.
        #[inline]
        pub(in super::super) fn line_ends(self) -> u16 {
            i8x16_bitmask(v128_or(u8x16_eq(self.0, u8x16_splat(b'\r')), u8x16_eq(self.0, u8x16_splat(b'\n'))))
        }
    }
}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod target {
    use core::arch::x86_64::*;

    #[derive(Clone, Copy)]
    pub(in super::super) struct Bytes(__m128i);

    // SAFETY, of all that follows: the target has SSE2, as all of x86_64 but those for kernels do.
    impl Bytes {
        #[inline]
        pub(in super::super) fn load(bytes: &[u8; 16]) -> Bytes {
            // SAFETY: there are 16 bytes, and the load needs no alignment.
            Bytes(unsafe { _mm_loadu_si128(bytes.as_ptr().cast::<__m128i>()) })
        }

        #[inline]
        pub(in super::super) fn zero() -> Bytes {
            // SAFETY: see above.
            Bytes(unsafe { _mm_setzero_si128() })
        }

        #[inline]
        pub(in super::super) fn min(self, other: Bytes) -> Bytes {
            // SAFETY: see above.
            Bytes(unsafe { _mm_min_epu8(self.0, other.0) })
        }

        #[inline]
        pub(in super::super) fn min_signed(self, other: Bytes) -> Bytes {
            // SAFETY: see above.
            unsafe {
                let is_less = _mm_cmplt_epi8(self.0, other.0);
                Bytes(_mm_or_si128(_mm_and_si128(is_less, self.0), _mm_andnot_si128(is_less, other.0)))
            }
        }

        #[inline]
        pub(in super::super) fn or(self, other: Bytes) -> Bytes {
            // SAFETY: see above.
            Bytes(unsafe { _mm_or_si128(self.0, other.0) })
        }

        /// Whether one of them is no greater than CR.
        #[inline]
        pub(in super::super) fn has_controls(self) -> bool {
            // SAFETY: see above.
            unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(self.0, _mm_set1_epi8(b'\r' as i8)), self.0)) != 0 }
        }

        /// Whether all of them are greater than CR as signed numbers: ASCII, and no control up to there.
        #[inline]
        pub(in super::super) fn is_plain(self) -> bool {
            // SAFETY: see above.
            unsafe { _mm_movemask_epi8(_mm_cmpgt_epi8(self.0, _mm_set1_epi8(b'\r' as i8))) == 0xffff }
        }

        #[inline]
        pub(in super::super) fn is_ascii(self) -> bool {
            // SAFETY: see above.
            unsafe { _mm_movemask_epi8(self.0) == 0 }
        }

        /// A bit for each CR and LF.
        #[inline]
        pub(in super::super) fn line_ends(self) -> u16 {
            // SAFETY: see above.
            unsafe {
                let cr = _mm_cmpeq_epi8(self.0, _mm_set1_epi8(b'\r' as i8));
                let lf = _mm_cmpeq_epi8(self.0, _mm_set1_epi8(b'\n' as i8));
                _mm_movemask_epi8(_mm_or_si128(cr, lf)) as u16
            }
        }
    }
}

#[cfg(not(any(
    all(target_arch = "x86_64", target_feature = "sse2"),
    all(target_arch = "wasm32", target_feature = "simd128")
)))]
use portable as target;

/// For the compiler to make of it what the target has.
#[cfg(any(
    test,
    not(any(
        all(target_arch = "x86_64", target_feature = "sse2"),
        all(target_arch = "wasm32", target_feature = "simd128")
    ))
))]
#[cfg_attr(any(target_arch = "x86_64", target_arch = "wasm32"), allow(dead_code))]
mod portable {
    #[derive(Clone, Copy)]
    pub(in super::super) struct Bytes([u8; 16]);

    impl Bytes {
        #[inline]
        pub(in super::super) fn load(bytes: &[u8; 16]) -> Bytes {
            Bytes(*bytes)
        }

        #[inline]
        pub(in super::super) fn zero() -> Bytes {
            Bytes([0; 16])
        }

        #[inline]
        pub(in super::super) fn min(self, other: Bytes) -> Bytes {
            Bytes(core::array::from_fn(|index| self.0[index].min(other.0[index])))
        }

        #[inline]
        pub(in super::super) fn min_signed(self, other: Bytes) -> Bytes {
            Bytes(core::array::from_fn(|index| (self.0[index] as i8).min(other.0[index] as i8) as u8))
        }

        #[inline]
        pub(in super::super) fn or(self, other: Bytes) -> Bytes {
            Bytes(core::array::from_fn(|index| self.0[index] | other.0[index]))
        }

        /// Whether one of them is no greater than CR.
        #[inline]
        pub(in super::super) fn has_controls(self) -> bool {
            self.0.iter().fold(u8::MAX, |least, byte| least.min(*byte)) <= b'\r'
        }

        /// Whether all of them are greater than CR as signed numbers: ASCII, and no control up to there.
        #[inline]
        pub(in super::super) fn is_plain(self) -> bool {
            self.0.iter().fold(i8::MAX, |least, byte| least.min(*byte as i8)) > b'\r' as i8
        }

        #[inline]
        pub(in super::super) fn is_ascii(self) -> bool {
            self.0.is_ascii()
        }

        /// A bit for each CR and LF.
        #[inline]
        pub(in super::super) fn line_ends(self) -> u16 {
            let is_end = |byte: u8| u16::from(byte == b'\n' || byte == b'\r');
            self.0.iter().rev().fold(0, |mask, byte| (mask << 1) | is_end(*byte))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{portable, target};

    #[test]
    fn the_target_s_bytes_are_the_portable_ones() {
        let mut random = 1u32;
        let mut other = [0; 16];
        for round in 0..2000u32 {
            let mut bytes = [0; 16];
            for byte in &mut bytes {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (random >> 24) as u8 & [0x1f, 0x7f, 0xff, 0x8f][round as usize % 4] | (round as u8 & 0x10);
            }
            let (ours, plain) = (target::Bytes::load(&bytes), portable::Bytes::load(&bytes));
            let (ours_other, plain_other) = (target::Bytes::load(&other), portable::Bytes::load(&other));
            let pairs = [
                (ours, plain),
                (ours.or(target::Bytes::zero()), plain.or(portable::Bytes::zero())),
                (ours.or(ours_other), plain.or(plain_other)),
                (ours.min(ours_other), plain.min(plain_other)),
                (ours.min_signed(ours_other), plain.min_signed(plain_other)),
            ];
            for (ours, plain) in pairs {
                assert_eq!(ours.line_ends(), plain.line_ends(), "{bytes:?}, {other:?}");
                assert_eq!(ours.is_ascii(), plain.is_ascii(), "{bytes:?}, {other:?}");
                assert_eq!(ours.has_controls(), plain.has_controls(), "{bytes:?}, {other:?}");
                assert_eq!(ours.is_plain(), plain.is_plain(), "{bytes:?}, {other:?}");
            }
            other = bytes;
        }
    }
}
