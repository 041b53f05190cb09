// Renders a scene from a file into an image file.   usage: render_scene SCENE IMAGE
#include <femtobragg/femtobragg.h>

#include <cstdio>
#include <exception>

int main(int count, char** words) try {
  using namespace femtobragg;
  if (count != 3) throw Error::usage({.what = "usage: render_scene SCENE IMAGE"});
  const assemble::Assembled assembled = assemble::assembled(scene::read_scene(words[1]));
  for (const std::string& note : assembled.file_notes) std::printf("%s\n", note.c_str());
  const Simulation simulation(assembled.experiment);
  const Rendering rendering = simulation.render();
  for (const std::string& loss : write_image(words[2], rendering.image, simulation.experiment()))
    std::printf("%s\n", loss.c_str());
  double photons = 0;
  for (const float pixel : rendering.image.pixels) photons += static_cast<double>(pixel);
  std::printf("%s: %zu x %zu pixels, %.6g photons, rendered by %s\n", words[2], rendering.image.n_fast,
              rendering.image.n_slow, photons, rendering.summary.ran_on.c_str());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
