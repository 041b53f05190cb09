// A command line with the headers that it names, read and parsed; from there to the set-up run.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/base/error.h"
#include "femtobragg/nanobragg/flags/output_selection.h"
#include "femtobragg/nanobragg/flags/program.h"
#include "femtobragg/nanobragg/flags/scene_input.h"
#include "femtobragg/nanobragg/setup/setup.h"
#include "femtobragg/simulate/render.h"

namespace femtobragg::nanobragg {

struct CommandLine {
  Program program;
  Reading reading;
  bool quiet = false;
  QuirkLog quirks;
  std::vector<GeometryHeader> headers;
  std::vector<std::uint8_t> mask_pixels;  ///< 0: not rendered
  Options options;
  Origins origins;
  std::optional<GeometryFile> geometry{};  ///< of -geometry, or of the scene
  std::optional<SceneFile> scene_file{};
};

/// Throws Error. Calls warn with each warning, without its "warning: ".
CommandLine read_command_line(Program program, std::span<const std::string> words,
                              const std::function<void(const std::string&)>& warn);

/// Reads the other input files, and takes the headers out of the line. Throws Error and NothingToRender; notes on the
/// quirks which of them change the run.
Setup set_up(CommandLine& line, bool writes_noise, bool writes_dump = true);

/// How the line is to be rendered: without -dtype, nanoBragg computes in float64 and simulate in what its device
/// prefers. Throws Error(Usage) for unknown devices and number types.
RenderRequest request_of(const CommandLine& line);

/// Which of nanoBragg's files the line leaves: simulate writes only what is named where -o names something.
OutputSelection outputs_of(const CommandLine& line);

/// Throws Error for outputs that cannot be written. Of nanoBragg's own files the drop-in finds that out when each is
/// due, as nanoBragg does.
void require_outputs(const CommandLine& line);

/// For those who want only the scene of a command line: warnings of the command line go nowhere.
Setup set_up(Program program, std::span<const std::string> words);

}  // namespace femtobragg::nanobragg
