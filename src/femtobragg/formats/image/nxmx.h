// NeXus NXmx: rotation series, their detector, beam and sample in one HDF5 file (NXmx application definition, 2020).
//
// NeXus' frame has z along the beam and y up; that of model/geometry.h is turned into it and back.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "femtobragg/formats/image/image_contents.h"
#include "femtobragg/formats/image/pixel_data.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

struct NxmxContents {
  using Wavelengths = std::vector<std::pair<double, double>>;  ///< m, and weights

  Geometry geometry;
  /// One for all frames or one for each; none, or an empty one: one wavelength, that of the geometry.
  std::vector<Wavelengths> spectra;
  /// Name and text of what else should be known of the images: options, seeds.
  std::vector<std::pair<std::string, std::string>> record;
  double pedestal = 0, gain = 1;  ///< numbers are gain x photons + pedestal
  double exposure_s = 1;          ///< of one frame
  double fluence_per_m2 = 0;      ///< of one frame; 0: unknown
  double beam_size_m = 0;         ///< 0: unknown
  BeamProfile beam_profile = BeamProfile::Flat;
  PixelMask mask{};        ///< empty: gaps and masks of the panels
  std::int64_t least = 0;  ///< lowest valid value; without it negative values are invalid
  bool pulsed = false;     ///< by a free-electron laser: each spectrum's mean is the wavelength of its frame
};

/// The contents of one frame. Throws Error(Usage) if there is no geometry; `path` is used in the message.
NxmxContents nxmx_contents_of(const ImageContents& contents, const std::string& path);

/// A frame as files of HDF5 store it.
struct PackedFrame {
  std::string bytes;
  bool counts = true;  ///< 32-bit counts; otherwise photons in floats
};
/// By any thread, also while another one writes a file.
PackedFrame packed_frame(const PixelData& pixels, Compression compression);

/// Writes a series like write_nxmx(), of frames that were packed with that compression.
void write_packed_nxmx(const std::string& path, const NxmxContents& contents, std::span<const PackedFrame> frames,
                       Compression compression);
/// The same of frames that are in such files, from the first frame on: a master file that holds none itself.
/// `files`: names relative to the folder of `path`, and how many frames each has.
void write_nxmx_master(const std::string& path, const NxmxContents& contents,
                       std::span<const std::pair<std::string, std::uint64_t>> files);

/// The pixels of a frame. Frames are requested once each, in order; the span must last until the next one is.
using FrameSource = std::function<PixelData(std::size_t frame)>;

/// Writes a series. All frames are photons, or all counts. Equal contents make equal bytes. A beam that does not run
/// along x is rotated there, with everything else. Sensors are described by the first panel's; without a material they
/// are written as silicon, without a thickness as a nanometre thin, and marked as assumed: readers insist on both.
/// Throws Error(Usage) for contents that no file can hold, Error(Runtime) for what cannot be written; then no file is
/// left.
void write_nxmx(const std::string& path, const NxmxContents& contents, std::size_t frames, const FrameSource& source,
                Compression compression = Compression::Gzip);

/// What readers may miss in a series, one sentence each. `counts`: pixels that are masked are -1, not zero.
std::vector<std::string> nxmx_losses(const Geometry& geometry, bool counts);

/// The same without pixels.
void write_nxmx_geometry(const std::string& path, const Geometry& geometry);

/// Throws Error(Runtime) that names the file and the group, for damaged files, for what leads to other files, and
/// where something is missing that a geometry needs.
Geometry read_nxmx_geometry(const std::string& path);
Geometry parse_nxmx_geometry(std::string_view bytes, const std::string& name);

/// A text of the record of a file that write_nxmx() wrote; nothing: it has none of that name. Throws Error(Runtime) for
/// damaged files.
std::optional<std::string> read_nxmx_record(const std::string& path, const std::string& name);

/// Whether the file has a data set of images, or a link to one, even if it cannot be read.
bool names_nxmx_images(const std::string& path);

/// Pixels with the rules that the file states: saturation, underload, mask. Throws Error(Usage) for a frame that does
/// not exist.
StoredFrame read_nxmx_frame(const std::string& path, std::size_t frame);
StoredFrame parse_nxmx_frame(std::string_view bytes, const std::string& name, std::size_t frame);

}  // namespace femtobragg::formats
