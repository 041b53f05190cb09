// What CMake, the system and the files tell.
#include "femtobragg/evidence/circumstances.h"

#include <ctime>
#include <nlohmann/json.hpp>

#include "femtobragg/base/memory.h"
#include "femtobragg/evidence/machine.h"
#include "femtobragg/formats/io/digest.h"

namespace femtobragg::evidence {
namespace {

using nlohmann::ordered_json;

ordered_json text_or_null(const std::string& text) { return text.empty() ? ordered_json() : ordered_json(text); }

std::string time_text(const char* format, const std::tm& time) {
  char text[40];
  return {text, std::strftime(text, sizeof text, format, &time)};
}

/// The commit as git describes it: with "-dirty" where files differ from it.
ordered_json commit_of(const Build& build) {
  constexpr std::string_view mark = "-dirty";
  const bool dirty = build.commit.ends_with(mark);
  return {{"commit", text_or_null(build.commit.substr(0, build.commit.size() - (dirty ? mark.size() : 0)))},
          {"tree_clean", build.commit.empty() ? ordered_json() : ordered_json(!dirty)}};
}

}  // namespace

std::string environment_json(const Circumstances& c) {
  const Machine machine = this_machine();
  const Build build = this_build();
  const std::time_t now = std::time(nullptr);
  ordered_json peers = ordered_json::array();
  for (const std::string& peer : c.peers) peers.push_back({{"path", peer}, {"sha256", formats::sha256_of_file(peer)}});
  ordered_json object = {{"program", "femtobragg"}, {"version", c.version}};
  object.update(commit_of(build));
  object.update({{"compiler", build.compiler},
                 {"flags", build.flags},
                 {"processor", text_or_null(machine.processor)},
                 {"cores", machine.cores},
                 {"memory_bytes", physical_memory_bytes()},
                 {"load", machine.load < 0 ? ordered_json() : ordered_json(machine.load)},
                 {"device", text_or_null(c.device)},
                 {"dtype", text_or_null(c.dtype)},
                 {"peers", peers},
                 {"dump_file_in_folder", c.dump_file_lay_about},
                 {"date", time_text("%Y-%m-%dT%H:%M:%SZ", *std::gmtime(&now))}});
  return object.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string shell_command(const std::string& binary, const std::vector<std::string>& words) {
  const auto quoted = [](const std::string& word) {
    constexpr const char* harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";
    if (!word.empty() && word.find_first_not_of(harmless) == std::string::npos) return word;
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
  };
  std::string text = quoted(binary);
  for (const std::string& word : words) text += " " + quoted(word);
  return text;
}

std::string shell_command(const Command& command) {
  const std::string plain = shell_command(command.binary, command.words);
  return command.name.empty() ? plain : "(exec -a " + shell_command(command.name, {}) + " " + plain + ")";
}

std::string time_stamp() {
  const std::time_t now = std::time(nullptr);
  return time_text("%Y%m%d-%H%M%S", *std::localtime(&now));
}

}  // namespace femtobragg::evidence
