// One table of signatures.
#include "femtobragg/base/file_kinds.h"

#include <algorithm>
#include <array>

namespace femtobragg {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view image = "`femtobragg convert` reads images",
                           measured = "detector.file reads its geometry, `femtobragg convert` its pixels",
                           unpack = "unpack it, or check the name", neither = "check the name";

struct Signature {
  std::string_view bytes;
  FileKind kind;
};
constexpr std::array signatures = {
    Signature{"MTZ "sv, {"an MTZ file", "structure_factors.file reads reflections"}},
    Signature{"\x89HDF\r\n\x1a\n"sv,
              {"an HDF5 file",
               "detector.file reads the geometry of NeXus files, beam.spectrum_file their spectrum, `femtobragg "
               "convert` their pixels"}},
    Signature{"CDF"sv, {"a NetCDF file", neither}},
    Signature{"{\nHEADER_BYTES"sv, {"an SMV image", measured}},
    Signature{"{\r\nHEADER_BYTES"sv, {"an SMV image", measured}},
    Signature{"###CBF"sv, {"a CBF image", measured}},
    Signature{"II*\0"sv, {"a TIFF image", image}},
    Signature{"MM\0*"sv, {"a TIFF image", image}},
    Signature{"\x93NUMPY"sv, {"a NumPy array", image}},
    Signature{"P5"sv, {"a PGM picture", neither}},
    Signature{"\x89PNG\r\n"sv, {"a PNG picture", neither}},
    Signature{"\xff\xd8\xff"sv, {"a JPEG picture", neither}},
    Signature{"\x1f\x8b"sv, {"compressed by gzip", unpack}},
    Signature{"BZh"sv, {"compressed by bzip2", unpack}},
    Signature{"\xfd"
              "7zXZ"sv,
              {"compressed by xz", unpack}},
    Signature{"\x28\xb5\x2f\xfd"sv, {"compressed by zstd", unpack}},
    Signature{"PK\x03\x04"sv, {"a ZIP archive", "unpack it; for spreadsheets, save a sheet as text"}},
    Signature{"\xd0\xcf\x11\xe0"sv, {"an old Office document", "save a sheet as text"}},
    Signature{"%PDF"sv, {"a PDF document", neither}},
    Signature{"\x7f"
              "ELF"sv,
              {"a program", neither}},
};

/// Whether no text begins so.
constexpr bool is_binary(std::string_view signature) {
  return std::ranges::any_of(signature, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte < 0x20 && byte != '\n' && byte != '\r');
  });
}

}  // namespace

const FileKind* kind_of_file(std::string_view bytes, bool no_text) {
  for (const auto& [begin, kind] : signatures)
    if (bytes.starts_with(begin) && (no_text || is_binary(begin))) return &kind;
  return nullptr;
}

}  // namespace femtobragg
