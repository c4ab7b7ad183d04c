//! Kernels with the widest vectors that the processor has.

/// Work whose inner loops the compiler may turn into vector instructions.
///
/// Everything that [`Kernel::run`] calls in its loops should be `#[inline(always)]`: what is not
/// inlined keeps the vectors of the baseline.
pub(crate) trait Kernel {
    /// What comes of it.
    type Output;

    /// Does the work.
    fn run(self) -> Self::Output;
}

/// Runs a kernel, on x86-64 with AVX2 where the processor has it: eight `f32` at once rather than
/// the four of the baseline. The bits are the same, since each lane does IEEE's operations in the
/// order written; multiply and add are never contracted.
#[inline]
pub(crate) fn widest<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "the compiler cannot know what the processor was asked")]
        // SAFETY: `with_avx2` needs no more than AVX2, which the line above has found.
        return unsafe { with_avx2(kernel) };
    }
    kernel.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}
