// Which backends there are, what each would do, and which one ran.   usage: devices SCENE
#include <femtobragg/femtobragg.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>

int main(int count, char** words) try {
  using namespace femtobragg;
  if (count != 2) throw Error::usage({.what = "usage: devices SCENE"});
  const Experiment experiment = assemble::assembled(scene::read_scene(words[1])).experiment;

  const Image reference = Simulation(experiment, {.device = "reference"}).render().image;
  const double brightest = std::ranges::max(reference.pixels);
  for (const auto& backend : backends::registered_backends())
    for (const backends::NumberType type : backend->number_types()) {
      RenderRequest request;
      request.device = backend->name();
      request.control.number_type = type;
      const Rendering rendering = Simulation(experiment, request).render();
      double difference = 0;
      for (std::size_t i = 0; i < reference.pixels.size(); ++i)
        difference = std::max(difference, std::abs(static_cast<double>(rendering.image.pixels[i]) -
                                                   static_cast<double>(reference.pixels[i])));
      std::printf("asked for %s in %s: %s; differs from the reference by %.1e of the brightest pixel\n",
                  backend->name().c_str(), backends::name_of(type).c_str(), rendering.summary.ran_on.c_str(),
                  difference / brightest);
    }

  try {
    Simulation(experiment, {.device = "abacus"});
  } catch (const Error& error) {
    std::printf("%s\n", error.what());
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
