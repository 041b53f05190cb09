// Functions in several versions, of which the widest that the processor has is called.
#pragma once

// Their loops become lanes without multiply-add, so that all versions give the same bits.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__)
#define FB_ALL_LANES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FB_ALL_LANES
#endif
