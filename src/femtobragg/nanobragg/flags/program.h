// The two programs, and how each reads its command line.
#pragma once

namespace femtobragg::nanobragg {

enum class Program {
  DropIn,    ///< `nanoBragg`: all quirks on, lenient command line
  Simulate,  ///< `femtobragg simulate`: right physics, strict command line
};

/// How strictly a command line is read.
enum class Reading {
  Lenient,  ///< as nanoBragg: numbers are prefixes, what is missing or unknown is passed over with a warning
  Strict,   ///< whole numbers, nothing missing, nothing unknown
};

}  // namespace femtobragg::nanobragg
