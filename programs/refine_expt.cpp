// From fitted experiments to lists, each continuing the one that it started from.
#include "programs/refine_expt.h"

#include <iostream>

#include "femtobragg/formats/geometry/expt_file.h"
#include "femtobragg/formats/geometry/expt_lists.h"
#include "femtobragg/formats/geometry/expt_writer.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/nanobragg/run/image_contents.h"

namespace femtobragg::programs {
namespace {

/// The text of the list that a run starts from; empty: it starts from none.
std::string start_list(const std::string& geometry_file) {
  if (geometry_file.empty() || !formats::is_expt_name(geometry_file)) return {};
  return formats::read_text(geometry_file, "the experiment list");
}

}  // namespace

void write_refined_expt(const std::filesystem::path& path, std::span<const FitInput> inputs,
                        std::span<const FittedImage> images) {
  std::vector<std::string> lists;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    nanobragg::Setup setup = inputs[i].run->setup;
    setup.experiment = images[i].fitted;
    std::vector<std::string> notes;
    std::string text = formats::expt_text(nanobragg::geometry_of(setup), notes);
    const std::string& file = inputs[i].run->geometry_file;
    if (const std::string start = start_list(file); !start.empty())
      text = formats::expt_continuing(start, std::filesystem::path(file).parent_path(), text);
    lists.push_back(std::move(text));
    if (i == 0)
      for (const std::string& note : notes) std::cerr << path.string() << ": " << note << "\n";
  }
  formats::write_text(path, formats::expt_joined(lists));
  std::cerr << "writing " << path.string() << "\n";
}

}  // namespace femtobragg::programs
