// One look at all bytes; only what is not plain is rewritten, in place where it does not grow.
#include "femtobragg/base/plain_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include "femtobragg/base/error.h"
#include "femtobragg/base/file_kinds.h"
#include "femtobragg/base/text.h"

namespace femtobragg {
namespace {

using namespace std::string_view_literals;

struct Replacement {
  std::string_view from, to;
};
/// Characters beyond ASCII that people do not see, in UTF-8.
constexpr std::array replacements = {
    Replacement{"\xc2\xa0", " "},      // no-break space
    Replacement{"\xe2\x80\x87", " "},  // figure space
    Replacement{"\xe2\x80\x89", " "},  // thin space
    Replacement{"\xe2\x80\xaf", " "},  // narrow no-break space
    Replacement{"\xe3\x80\x80", " "},  // ideographic space
    Replacement{"\xe2\x80\x8b", ""},   // zero-width space
    Replacement{"\xef\xbb\xbf", ""},   // byte-order mark
    Replacement{"\xe2\x88\x92", "-"},  // minus sign
    Replacement{"\xe2\x80\xa8", "\n"}  // line separator
};

[[noreturn]] void refuse(const std::string& name, const char* what, const char* rule) {
  throw Error::runtime(
      {.what = what, .where = in_quotes(name), .rule = rule, .remedy = "save it as plain text (UTF-8)"});
}

/// Whether there is a carriage return, a zero or a byte beyond ASCII. In blocks, which compilers turn into vectors.
bool is_plain(std::string_view text) {
  constexpr std::size_t block = 4096;
  for (std::size_t begin = 0; begin < text.size(); begin += block) {
    unsigned found = 0;
    for (const char c : text.substr(begin, block)) {
      const auto byte = static_cast<unsigned char>(c);
      found |= static_cast<unsigned>(byte == '\r') | static_cast<unsigned>(byte == 0) | (byte & 0x80u);
    }
    if (found) return false;
  }
  return true;
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0 | (code >> 12));
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xf0 | (code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::string from_utf16(std::string_view bytes, bool big_endian, const std::string& name) {
  constexpr const char* broken = "the UTF-16 is broken";
  if (bytes.size() % 2 != 0) refuse(name, broken, "it must have two bytes for each unit");
  const auto unit = [&](std::size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]), second = static_cast<unsigned char>(bytes[i + 1]);
    return big_endian ? std::uint32_t{first} << 8 | second : std::uint32_t{second} << 8 | first;
  };
  std::string text;
  text.reserve(bytes.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    std::uint32_t code = unit(i);
    if (code >= 0xd800 && code < 0xe000) {
      const std::uint32_t low = i + 2 < bytes.size() ? unit(i + 2) : 0;
      if (code >= 0xdc00 || low < 0xdc00 || low >= 0xe000) refuse(name, broken, "surrogates must come in pairs");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      i += 2;
    }
    append_utf8(text, code);
  }
  return text;
}

/// All rewriting shrinks the text or keeps its length.
void rewrite(std::string& text) {
  std::size_t to = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte == '\r') {
      if (at + 1 == text.size() || text[at + 1] != '\n') text[to++] = '\n';
      ++at;
      continue;
    }
    const std::string_view rest = std::string_view(text).substr(at, 3);
    const auto found = byte < 0x80 ? replacements.end() : std::ranges::find_if(replacements, [&](const Replacement& r) {
      return rest.starts_with(r.from);
    });
    if (found != replacements.end()) {
      at += found->from.size();
      for (const char c : found->to) text[to++] = c;
      continue;
    }
    // Latin-1's no-break space is no letter of UTF-8 where it does not continue one.
    const bool continues = at > 0 && (static_cast<unsigned char>(text[at - 1]) & 0x80u) != 0;
    text[to++] = byte == 0xa0 && !continues ? ' ' : text[at];
    ++at;
  }
  text.resize(to);
}

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

}  // namespace

void require_text(std::string_view bytes, const std::string& name, bool no_text) {
  if (const FileKind* kind = kind_of_file(bytes, no_text))
    throw Error::runtime({.what = in_quotes(name) + " is " + std::string(kind->name),
                          .rule = "text is expected",
                          .remedy = std::string(kind->remedy)});
}

std::string plain_text(std::string bytes, const std::string& name) {
  require_text(bytes, name, false);
  if (bytes.starts_with("\xff\xfe\0\0"sv) || bytes.starts_with("\0\0\xfe\xff"sv))
    refuse(name, "text in UTF-32", "text must be in UTF-8, ASCII or UTF-16");
  const bool little = bytes.starts_with("\xff\xfe"), big = bytes.starts_with("\xfe\xff");
  if (little || big) bytes = from_utf16(std::string_view(bytes).substr(2), big, name);
  if (is_plain(bytes)) return bytes;
  if (bytes.find('\0') != bytes.npos) {
    require_text(bytes, name, true);
    refuse(name, "the text has zero bytes", "text must not have any; UTF-16 needs its byte-order mark");
  }
  rewrite(bytes);
  return bytes;
}

Commas commas_in(std::string_view line) {
  bool between_digits = false;
  for (std::size_t i = 1; i + 1 < line.size(); ++i)
    between_digits = between_digits || (line[i] == ',' && is_digit(line[i - 1]) && is_digit(line[i + 1]));
  if (!between_digits) return Commas::Separate;
  if (line.find(';') != line.npos) return line.find_first_of(":!") == line.npos ? Commas::Decimal : Commas::Unclear;
  // Blanks that separate, not those beside a comma or at the ends.
  const auto first = line.find_first_not_of(" \t\r\n"), last = line.find_last_not_of(" \t\r\n");
  for (std::size_t i = first; i < last; ++i) {
    if (line[i] != ' ' && line[i] != '\t') continue;
    const std::size_t next = line.find_first_not_of(" \t", i);
    if (line[i - 1] != ',' && line[next] != ',') return Commas::Unclear;
    i = next - 1;
  }
  return Commas::Separate;
}

std::string with_points(std::string_view line) {
  std::string points(line);
  std::ranges::replace(points, ',', '.');
  return points;
}

}  // namespace femtobragg
