// A progress bar of one's own, and a rendering that stops when asked.   usage: progress SCENE [STOP_AT_PERCENT]
#include <femtobragg/femtobragg.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stop_token>

int main(int count, char** words) try {
  using namespace femtobragg;
  if (count < 2) throw Error::usage({.what = "usage: progress SCENE [STOP_AT_PERCENT]"});
  const double stop_at = count > 2 ? std::atof(words[2]) : 101;
  const Simulation simulation(assemble::assembled(scene::read_scene(words[1])).experiment);
  const auto all = static_cast<double>(simulation.shape().n_fast * simulation.shape().n_slow);

  // A window's button would call stop.request_stop() from its own thread.
  std::stop_source stop;
  double percent = 0;
  backends::Watch watch;
  watch.stop = stop.get_token();
  watch.progress = [&](std::uint64_t rendered) {
    percent = 100 * static_cast<double>(rendered) / all;
    std::fprintf(stderr, "\r%3.0f %%", percent);
    if (percent >= stop_at) stop.request_stop();
  };

  try {
    const Image image = simulation.render(watch).image;
    std::printf("\nfinished: %zu pixels\n", image.pixels.size());
  } catch (const backends::Stopped&) {
    std::printf("\nstopped at %.0f %%\n", percent);
  }
  // It is as good as new: the next image is a whole one.
  std::printf("then rendered again: %zu pixels\n", simulation.render().image.pixels.size());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
