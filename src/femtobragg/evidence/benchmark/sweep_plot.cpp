// A picture of a sweep: text in SVG, no library needed.
#include <algorithm>
#include <cmath>
#include <map>

#include "femtobragg/base/text.h"
#include "femtobragg/evidence/benchmark/spread.h"
#include "femtobragg/evidence/benchmark/sweep.h"

namespace femtobragg::evidence {
namespace {

struct Point {
  double edge, seconds;
};

struct Curve {
  std::string label, colour;
  bool dashed = false;
  std::vector<Point> points;
};

/// Colours by oversampling, the lighter one of a pair for the triclinic cell.
std::string colour_of(int oversample, bool cubic) {
  const char* const colours[3][2] = {{"#1f5fa8", "#7fb0e0"}, {"#2f7d3a", "#8fc995"}, {"#b0531d", "#e5a57d"}};
  return colours[oversample == 1 ? 0 : oversample == 2 ? 1 : 2][cubic ? 0 : 1];
}

std::vector<Curve> curves_of(const std::vector<SweepResult>& results) {
  // By oversampling, cell and program; then by edge.
  std::map<std::tuple<int, std::string, bool>, std::map<std::size_t, std::vector<double>>> seconds;
  for (const SweepResult& r : results) {
    const auto key = [&](bool peer) { return std::tuple(r.point.oversample, r.point.cell, peer); };
    if (r.verification.passed) seconds[key(false)][r.point.edge].push_back(r.render_s);
    if (r.peer_s) seconds[key(true)][r.point.edge].push_back(*r.peer_s);
  }
  std::vector<Curve> curves;
  for (const auto& [key, by_edge] : seconds) {
    const auto& [oversample, cell, peer] = key;
    Curve curve{cell + ", oversample " + std::to_string(oversample) + (peer ? ", other program" : ""),
                colour_of(oversample, cell == "cubic"),
                peer,
                {}};
    for (const auto& [edge, values] : by_edge)
      curve.points.push_back({static_cast<double>(edge), spread_of(values).median});
    curves.push_back(curve);
  }
  return curves;
}

/// The paper: where numbers go, on logarithmic scales.
class Frame {
 public:
  explicit Frame(const std::vector<Curve>& curves) {
    for (const Curve& curve : curves)
      for (const Point& p : curve.points) {
        left_ = std::min(left_, p.edge);
        right_ = std::max(right_, p.edge);
        bottom_ = std::min(bottom_, std::pow(10, std::floor(std::log10(p.seconds))));
        top_ = std::max(top_, std::pow(10, std::ceil(std::log10(p.seconds))));
      }
    right_ = std::max(right_, 2 * left_);
  }

  double x(double edge) const { return 80 + 540 * std::log(edge / left_) / std::log(right_ / left_); }
  double y(double seconds) const { return 440 - 390 * std::log(seconds / bottom_) / std::log(top_ / bottom_); }
  double bottom() const { return bottom_; }
  double top() const { return top_; }

 private:
  double left_ = 1e300, right_ = 0, bottom_ = 1e300, top_ = 1e-300;
};

std::string number(double value) { return format_number(value, 5); }

std::string text_at(double x, double y, const std::string& text, const std::string& more = "") {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\"" + more + ">" + text + "</text>\n";
}

std::string axes(const Frame& frame, const std::vector<Curve>& curves) {
  std::string svg;
  for (double seconds = frame.bottom(); seconds <= 1.001 * frame.top(); seconds *= 10)
    svg += "<path d=\"M80 " + number(frame.y(seconds)) + "H620\" stroke=\"#8884\"/>\n" +
           text_at(72, frame.y(seconds) + 4, number(seconds), " text-anchor=\"end\"");
  for (const Point& p : curves.front().points)
    svg += text_at(frame.x(p.edge), 460, number(p.edge), " text-anchor=\"middle\"");
  return svg + text_at(350, 485, "edge of the image (pixels)", " text-anchor=\"middle\"") +
         text_at(20, 245, "seconds", " transform=\"rotate(-90 20 245)\" text-anchor=\"middle\"");
}

}  // namespace

std::string sweep_svg(const std::vector<SweepResult>& results, const SizeCircumstances& c) {
  const std::vector<Curve> curves = curves_of(results);
  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 500\" font-family=\"sans-serif\" font-size=\"13\">\n"
      "<rect width=\"900\" height=\"500\" fill=\"#fff\"/>\n" +
      text_at(80, 28, "Rendering: " + c.dtype + ", device " + c.device + ", " + std::to_string(c.threads) + " threads",
              " font-size=\"16\"");
  if (curves.empty()) return svg + text_at(80, 245, "nothing was measured") + "</svg>\n";
  const Frame frame(curves);
  svg += axes(frame, curves);
  double y = 60;
  for (const Curve& curve : curves) {
    std::string path;
    for (const Point& p : curve.points)
      path += (path.empty() ? "M" : "L") + number(frame.x(p.edge)) + " " + number(frame.y(p.seconds));
    const std::string stroke = " fill=\"none\" stroke=\"" + curve.colour + "\" stroke-width=\"2\"" +
                               (curve.dashed ? " stroke-dasharray=\"6 4\"" : "");
    svg += "<path d=\"" + path + "\"" + stroke + "/>\n";
    for (const Point& p : curve.points)
      svg += "<circle cx=\"" + number(frame.x(p.edge)) + "\" cy=\"" + number(frame.y(p.seconds)) +
             "\" r=\"3\" fill=\"" + curve.colour + "\"/>\n";
    svg += "<path d=\"M640 " + number(y - 4) + "h24\"" + stroke + "/>\n" + text_at(672, y, curve.label);
    y += 20;
  }
  return svg + "</svg>\n";
}

}  // namespace femtobragg::evidence
