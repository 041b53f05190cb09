// By the files behind the names, so that links and detours do not matter.
#include "femtobragg/formats/io/separate_files.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/output_file.h"

namespace femtobragg::formats {

void require_inputs_kept(std::span<const std::string> inputs, std::span<const std::string> outputs) {
  for (const std::string& output : outputs) {
    const std::string file = output.empty() ? std::string() : file_behind(output);
    if (file.empty()) continue;
    const auto replaced = std::ranges::find_if(inputs, [&](const std::string& input) {
      std::error_code ignored;
      return !input.empty() && (file_behind(input) == file || std::filesystem::equivalent(input, output, ignored));
    });
    if (replaced != inputs.end())
      throw Error::usage({.what = "the output would replace the input",
                          .where = in_quotes(output),
                          .rule = *replaced == output
                                      ? "what a command reads is kept"
                                      : in_quotes(*replaced) + " is the same file, and what a command reads is kept",
                          .remedy = "give another name"});
  }
}

void require_outputs_apart(std::span<const std::string> outputs) {
  std::set<std::string> files;
  for (const std::string& output : outputs) {
    const std::string file = output.empty() ? std::string() : file_behind(output);
    if (!file.empty() && !files.insert(file).second)
      throw Error::usage({.what = "an output is named twice",
                          .value = in_quotes(output),
                          .rule = "each needs its own file",
                          .remedy = "give one of them another name"});
  }
}

void require_separate_files(std::span<const std::string> inputs, std::span<const std::string> outputs) {
  require_outputs_apart(outputs);
  require_inputs_kept(inputs, outputs);
}

}  // namespace femtobragg::formats
