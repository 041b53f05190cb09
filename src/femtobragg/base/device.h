// Marks what graphics processors run too.
#pragma once

/// Before a function: the CUDA compiler compiles it for the device as well. Nothing to other compilers.
#ifdef __CUDACC__
#define FB_HD __host__ __device__
#else
#define FB_HD
#endif
