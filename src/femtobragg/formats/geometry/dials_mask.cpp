// Writes the few opcodes of pickles that a mask needs.
#include "femtobragg/formats/geometry/dials_mask.h"

#include <cstdint>
#include <filesystem>

#include "femtobragg/base/error.h"

namespace femtobragg::formats {
namespace {

/// Opcodes of Python's pickletools, protocol 4.
class Pickle {
 public:
  Pickle() { bytes_ = "\x80\x04"; }

  Pickle& object(const std::string& module, const std::string& name) { return text(module), text(name), op('\x93'); }
  Pickle& number(std::uint32_t value) { return op('J'), little_endian(value, 4); }
  Pickle& bytes(const std::string& value) {
    op('B'), little_endian(value.size(), 4);
    bytes_ += value;
    return *this;
  }
  Pickle& op(char code) {
    bytes_ += code;
    return *this;
  }
  std::string take() { return std::move(bytes_); }

  static constexpr char mark = '(', tuple = 't', empty_tuple = ')', two = '\x86', three = '\x87', call = 'R',
                        set_state = 'b', yes = '\x88', stop = '.';

 private:
  void text(const std::string& value) {
    op('\x8c'), little_endian(value.size(), 1);
    bytes_ += value;
  }
  Pickle& little_endian(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
    return *this;
  }

  std::string bytes_;
};

/// Length of a flex array: one more than the number of its bytes, then these, the lowest first.
std::string flex_count(std::uint64_t count) {
  std::string bytes;
  for (; count > 0; count >>= 8) bytes += static_cast<char>(count & 0xff);
  return static_cast<char>(bytes.size() + 1) + bytes;
}

void add_panel(Pickle& pickle, const Panel& panel, const PixelMask& mask, std::size_t width) {
  std::string digits = flex_count(panel.n_fast * panel.n_slow);
  for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
    for (std::size_t fast = 0; fast < panel.n_fast; ++fast)
      digits += mask[(panel.data_slow + slow) * width + panel.data_fast + fast] == 0 ? '1' : '0';
  const char* const module = "scitbx_array_family_flex_ext";
  const auto slow = static_cast<std::uint32_t>(panel.n_slow), fast = static_cast<std::uint32_t>(panel.n_fast);
  pickle.object(module, "bool").op(Pickle::empty_tuple).op(Pickle::call);
  // A grid: its first index, its last one, whether that is one beyond; then where what counts of it ends.
  pickle.object(module, "grid").number(0).number(0).op(Pickle::two).number(slow).number(fast).op(Pickle::two);
  pickle.op(Pickle::yes).op(Pickle::three).op(Pickle::call);
  pickle.number(slow).number(fast).op(Pickle::two).op(Pickle::set_state);
  pickle.bytes(digits).op(Pickle::two).op(Pickle::set_state);
}

}  // namespace

std::string dials_mask_bytes(const Detector& detector, const PixelMask& mask) {
  const ImageShape shape = detector.image_shape();
  if (mask.size() != shape.n_fast * shape.n_slow)
    throw Error::usage({.what = "a mask of another size than the image",
                        .value = std::to_string(mask.size()),
                        .rule = "it needs " + std::to_string(shape.n_fast * shape.n_slow) + " pixels"});
  Pickle pickle;
  pickle.op(Pickle::mark);
  for (const Panel& panel : detector.panels) add_panel(pickle, panel, mask, shape.n_fast);
  return pickle.op(Pickle::tuple).op(Pickle::stop).take();
}

std::string dials_mask_name(const std::string& expt) {
  return std::filesystem::path(expt).replace_extension(".mask").string();
}

}  // namespace femtobragg::formats
