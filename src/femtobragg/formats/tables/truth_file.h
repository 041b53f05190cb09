// Lists of true reflections: HDF5, CSV, DIALS reflection tables, CrystFEL streams.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "femtobragg/base/mat3.h"
#include "femtobragg/model/experiment.h"
#include "femtobragg/model/truth.h"

namespace femtobragg::formats {

enum class TruthFormat { Hdf5, Csv, Refl, Stream };

/// Chosen by the suffix: .h5 .csv .refl .stream. Throws Error(Usage) for others.
TruthFormat truth_format_of(const std::string& path);

/// A quantity of the run, and its origin.
struct TruthParameter {
  std::string section, name, value, unit, origin;
};

struct TruthRecord {
  const Truth& truth;
  const Experiment& experiment;
  /// Rotations from the lab frame to that of model/geometry.h, like those of the run's geometry files: for formats in
  /// which the beam is along x (.nxs, .geom), and for DIALS experiment lists.
  Mat3d frame = Mat3d::identity(), expt_frame = Mat3d::identity();
  std::string program;               ///< with its version
  std::vector<std::string> command;  ///< words that reproduce the run
  std::vector<TruthParameter> parameters;
  std::vector<std::pair<std::string, std::int64_t>> seeds;
  double image_photons = 0;                     ///< sum over the image without noise
  std::string image;                            ///< file that the image was written to; may be empty
  std::optional<std::size_t> frame_in_image{};  ///< counted from 0, if the file can hold several
  std::size_t number = 0;                       ///< number of the image in its series, counted from 0
  std::vector<CrystalAxes> crystals{};          ///< of each lattice, lab frame; empty: those of the experiment
  std::vector<ScanPlace> places{};              ///< for the reflections of a whole series; empty: a single image
};

/// Axes of each lattice, lab frame.
std::vector<CrystalAxes> crystals_of(const TruthRecord& record);
/// Mean photons of backgrounds in a pixel under the spot, weighted with those of the spot.
double background_of_pixel(const TruthReflection& reflection);
/// U B of each lattice: its columns are a*, b*, c* (1/angstrom) with the spindle at zero, in the frame of `record`.
std::vector<Mat3d> ub_per_A(const TruthRecord& record);

/// Everything but the reflections, as JSON.
std::string record_json(const TruthRecord& record);

/// Writes in the format of the suffix. Throws Error.
void write_truth(const std::string& path, const TruthRecord& record);

std::string truth_csv(const TruthRecord& record);
std::string truth_refl(const TruthRecord& record);
std::string truth_stream(const TruthRecord& record);
/// Not for devices and pipes, in which HDF5 cannot seek.
void write_truth_hdf5(const std::string& path, const TruthRecord& record);

/// Reads what write_truth_hdf5() wrote for an image. Vectors are in the frame of the file. Throws Error(Runtime).
struct TruthOfFile {
  Truth truth;
  std::vector<CrystalAxes> crystals;  ///< of each lattice, in the frame of the file
  double image_photons = 0;
  std::string image;  ///< name of its file, as the run had it; may be empty
};
TruthOfFile read_truth_hdf5(const std::string& path);
/// A stream with the chunks of all frames. Throws Error.
std::string joined_streams(const std::vector<std::string>& files);

}  // namespace femtobragg::formats
