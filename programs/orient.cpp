// `femtobragg orient`: the orientation of a crystal of known cell from one image, wherever the start is.
#include <algorithm>
#include <iostream>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/refine/orientation_search.h"
#include "femtobragg/refine/refinement.h"
#include "programs/command_options.h"
#include "programs/fit_inputs.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

struct OrientSettings {
  std::string target, mask;
  std::optional<double> offset;
  Words parameters = {"misset", "fluence"};
  double least_correlation = 0.2;
  Words arguments;
};

std::optional<OrientSettings> orient_settings(const Words& words) {
  OrientSettings s;
  CommandOptions options("Finds a crystal's orientation from one image:   femtobragg orient --target IMAGE -- ARGS...",
                         "femtobragg orient");
  options.footer("ARGS are those of femtobragg simulate, including the cell; any orientation in them is ignored.");
  options.add("--target", s.target, "measured image").required().type("IMAGE");
  options.add("--mask", s.mask, "image of the target's size: pixels that are zero are excluded").type("FILE");
  options.add("--offset", s.offset, "value of a pixel without photons; default: ADC_OFFSET of its header, else 0");
  options.add("--refine", s.parameters, "parameters of the final refinement; default: misset,fluence")
      .separated_by_commas();
  options.add("--least-correlation", s.least_correlation,
              "least correlation of model and image at the end; default: 0.2");
  if (!options.parse(words, s.arguments)) return {};
  if (s.arguments.empty())
    throw Error::usage(
        {.what = "femtobragg orient", .rule = "put the arguments of the simulation after --", .remedy = "see --help"});
  return s;
}

/// The angles of -misset that turn the crystal further by a rotation.
Vec3d misset_deg(const Mat3d& rotation, const Vec3d& before_rad) {
  const auto turned = [&](const Vec3d& axis) { return rotation * physics::rotate_about_lab_axes(axis, before_rad); };
  const Vec3d angles =
      physics::lab_axis_angles(transpose(Mat3d{turned({1, 0, 0}), turned({0, 1, 0}), turned({0, 0, 1})}));
  return angles * degrees_per_radian;
}

std::string text_of(const Vec3d& angles) {
  return format_fixed(angles.x, 4) + " " + format_fixed(angles.y, 4) + " " + format_fixed(angles.z, 4);
}

}  // namespace

int orient(const Words& words) {
  const std::optional<OrientSettings> settings = orient_settings(words);
  if (!settings) return 0;
  const OrientSettings& s = *settings;
  const FitInput input = fit_input(s.arguments, s.target, s.mask, s.offset, s.parameters);
  const auto found = femtobragg::refine::search_orientation(input.experiment, input.target, {.request = input.request});
  constexpr std::size_t told = 8;
  for (std::size_t i = 0; i < std::min(told, found.size()); ++i)
    std::cerr << "misset " << text_of(misset_deg(found[i].rotation, input.misset_rad)) << ": lattice explains "
              << format_fixed(100 * found[i].score, 1) << " % of the peaks, correlation with the image "
              << format_fixed(found[i].correlation, 4) << "\n";
  femtobragg::refine::Refinement refinement(
      {.parameters = s.parameters, .least_correlation = s.least_correlation, .request = input.request});
  refinement.add(femtobragg::refine::turned(input.experiment, found.front().rotation), input.target);
  const auto result = refinement.run();
  for (const auto& p : result.parameters)
    std::cout << p.name << " " << format_number(p.value, 10) << " +- " << format_number(p.standard_error, 3) << " "
              << p.unit << "\n";
  std::cout << "correlation " << format_fixed(result.image_correlation.front(), 4) << ", "
            << format_fixed(100 * found.front().score, 1) << " % of the peaks\n";
  if (result.converged) return 0;
  std::cerr << "warning: not converged: " << result.termination << "\n";
  return not_converged;
}

}  // namespace femtobragg::programs
