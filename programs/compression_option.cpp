// Names of compressions, for files that are packed.
#include "programs/compression_option.h"

#include <algorithm>

#include "femtobragg/formats/image/registry.h"

namespace femtobragg::programs {
namespace {

constexpr const char* flag = "--compression";

bool is_packed(const std::string& path) { return formats::image_format_of(path).packs; }

}  // namespace

void CompressionOption::describe(CommandOptions& options) {
  Words names;
  for (const formats::CompressionName& one : formats::compression_names) names.emplace_back(one.name);
  options.add(flag, name_, "of .nxs; bslz4: bitshuffle-LZ4, for readers with its plugin").one_of(names).shows_default();
}

formats::Compression CompressionOption::of(const CommandOptions& options, const Words& outputs) const {
  if (options.given(flag) && std::ranges::none_of(outputs, is_packed))
    options.refuse(flag, "only .nxs has it: the suffix of an output must be .nxs");
  return formats::compression_named(name_, flag);
}

}  // namespace femtobragg::programs
