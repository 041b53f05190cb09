// What image files could not hold of a run: said once for each output, however many frames it has.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace femtobragg::nanobragg {

class LossReport {
 public:
  /// Pixels of a frame. Outputs by the names that the command line gives them.
  void pixels(const std::string& output, const std::string& what, std::uint64_t count);
  /// A sentence, said once.
  void sentence(const std::string& text);
  /// Warnings, in the order in which they came up. With the number of frames that they are about, of a series.
  void print(std::ostream& err, bool series) const;

 private:
  struct Loss {
    std::string output, what;
    std::uint64_t pixels = 0, frames = 0;  ///< no frames: `what` is a sentence
  };
  Loss& loss(const std::string& output, const std::string& what);

  std::vector<Loss> losses_;
};

}  // namespace femtobragg::nanobragg
