// Records as two tables: the render alone, and whole processes.
#include <algorithm>

#include "femtobragg/base/text.h"
#include "femtobragg/evidence/benchmark/record.h"

namespace femtobragg::evidence {
namespace {

using Row = std::vector<std::string>;

/// Columns as wide as their widest cell; the last cell of a row may run on.
std::string aligned(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows)
    for (std::size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) text += row[i] + std::string(widths[i] + 2 - row[i].size(), ' ');
    text += row.back() + "\n";
  }
  return text;
}

std::string spread_text(const std::vector<double>& seconds) {
  const Spread spread = spread_of(seconds);
  return format_number(spread.median, 3) + " (" + format_number(spread.min, 3) + " - " + format_number(spread.max, 3) +
         ")";
}

Row head_of(const Record& record) {
  return {record.subject.name, name_of(record.number_type), format_number(record.tolerance, 3)};
}

std::string failure_text(const Verification& v) {
  return "FAILED: pixel " + std::to_string(v.fast) + " " + std::to_string(v.slow) + " is off by " +
         format_number(v.difference_photons, 3) + " photons, " + format_number(v.allowed_photons, 3) +
         " are allowed; the brightest pixel has " + format_number(v.maximum_photons, 3);
}

Row render_row(const Record& record) {
  Row row = head_of(record);
  if (!record.skipped.empty()) {
    row.push_back("skipped: " + record.skipped);
  } else if (record.wrong()) {
    row.push_back(failure_text(*record.verification));
  } else if (record.render) {
    const RenderTimes& r = *record.render;
    const double seconds = spread_of(r.seconds).median;
    const std::string peak =
        r.fraction_of_peak ? format_number(100 * *r.fraction_of_peak, 3) + " %" : std::string("unknown");
    row.insert(row.end(),
               {spread_text(r.seconds), format_number(r.evaluations, 3), format_number(r.evaluations / seconds, 3),
                format_number(1e9 * seconds * r.threads / r.evaluations, 3), peak, format_number(r.bound_photons, 3),
                std::to_string(record.verification->pixels), r.ran_on});
  }
  return row;
}

std::string peer_text(const PeerTimes& peer) {
  return spread_text(peer.whole_image_seconds()) +
         (peer.rows > 0 ? ", scaled from " + std::to_string(peer.rows) + " rows" : "") + ", " +
         format_number(peer.threads_at_work(), 3) + " of " + std::to_string(peer.threads) + " threads at work";
}

std::string ratio_text(const Record& record, const std::vector<double>& ours) {
  if (!record.peer || ours.empty()) return "-";
  return format_number(spread_of(record.peer->whole_image_seconds()).median / spread_of(ours).median, 3);
}

Row process_row(const Record& record) {
  Row row = head_of(record);
  if (!record.process) {
    row.push_back("not measured: " + record.process_note);
    return row;
  }
  const double mebibyte = 1024 * 1024;
  row.insert(row.end(), {spread_text(record.process->seconds),
                         format_number(static_cast<double>(record.process->peak_memory_bytes) / mebibyte, 3),
                         record.peer ? peer_text(*record.peer) : "-", ratio_text(record, record.process->seconds),
                         ratio_text(record, record.render->seconds)});
  return row;
}

}  // namespace

std::string table_of(const std::vector<Record>& records) {
  std::vector<Row> render = {{"case", "type", "tolerance", "render s (min - max)", "evaluations", "per second",
                              "ns x cores", "of peak", "bound", "verified", "ran on"}};
  std::vector<Row> process = {{"case", "type", "tolerance", "process s (min - max)", "MiB", "peer s (min - max)",
                               "peer/process", "peer/render"}};
  for (const Record& record : records) {
    render.push_back(render_row(record));
    if (record.render) process.push_back(process_row(record));
  }
  return aligned(render) + (process.size() > 1 ? "\n" + aligned(process) : "");
}

}  // namespace femtobragg::evidence
