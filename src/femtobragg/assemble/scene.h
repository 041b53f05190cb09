// A scene: what is to be rendered, as people describe it. assemble/assembly.h makes an Experiment of it.
//
// Lengths are metres, angles radians, cells angstrom. Vectors are in one lab frame, any right-handed one; what a scene
// leaves open is filled in for x along the beam, y up, z to the right, looking along the beam.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/base/units.h"
#include "femtobragg/base/vec3.h"
#include "femtobragg/formats/tables/crystal_list.h"
#include "femtobragg/formats/tables/spectrum_file.h"
#include "femtobragg/model/experiment.h"
#include "femtobragg/model/geometry.h"
#include "femtobragg/model/response.h"
#include "femtobragg/simulate/spectrum.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// A range and how it is divided: by the width of a step, by a number of steps, or as the program chooses.
struct StepRange {
  std::optional<double> range, step;
  std::optional<std::int64_t> count;

  friend bool operator==(const StepRange&, const StepRange&) = default;
};

/// The sensor of every panel. What is not given is what the detector brings: a known one, or a geometry file.
struct SensorScene {
  bool surface = false;  ///< all photons are absorbed where they arrive, whatever else is said
  std::string material;  ///< chemical formula; with `material_thickness_m` it replaces what the detector brings
  double material_thickness_m = 0;
  std::optional<double> thickness_m;  ///< alone: the sensor absorbs 1 - 1/e of the photons
  std::optional<double> attenuation_per_m;
  std::optional<std::int64_t> layers;  ///< none: no thicker than a pixel is wide, at least two
  LayerRule layer_rule = LayerRule::Centroid;

  friend bool operator==(const SensorScene&, const SensorScene&) = default;
};

/// Where the detector is: as a file or as panels say, or upright and square to the beam at a distance.
struct DetectorScene {
  std::string file;                        ///< of geometry, in any format that formats/geometry/geometry_file.h lists
  std::optional<std::int64_t> experiment;  ///< of a file with several, from 0; none: the first
  std::vector<Panel> panels;               ///< as they stand; their sensors may be replaced by `sensor`
  std::string name;                        ///< in the list of known detectors: pixels, gaps, sensor, saturation
  std::optional<std::size_t> n_fast, n_slow;
  std::optional<double> pixel_m;
  std::optional<double> distance_m;                          ///< from the sample, along the beam
  std::optional<double> beam_centre_fast, beam_centre_slow;  ///< pixels; none: the middle
  Vec3d rotation_rad;       ///< about lab x, y, z through the beam centre, in this order
  double twotheta_rad = 0;  ///< then a swing about the sample, about lab -z as in MOSFLM's convention
  std::string mask_file;    ///< an image whose zero pixels are not rendered
  SensorScene sensor;
};

struct BeamScene {
  std::optional<double> wavelength_m;  ///< none: of the geometry file, the mean of the spectrum's file, or 1 angstrom
  std::optional<Vec3d> direction;      ///< of propagation
  std::optional<double> polarization;  ///< Kahn factor, -1 to 1
  std::optional<Vec3d> polarization_axis;  ///< of the electric field
  bool no_polarization = false;            ///< the polarization factor is one everywhere
  StepRange horizontal_rad, vertical_rad;  ///< divergence, full widths
  bool round_divergence = true;            ///< without the corners of its grid
  StepRange dispersion;                    ///< full width over wavelength; no step
  std::string source_file;                 ///< every source by its place, weight and wavelength
  std::vector<Source> sources;             ///< as they are, instead of all that
  std::string spectrum_file;
  std::optional<formats::SpectrumUnit> spectrum_unit;  ///< of its first column; none: the numbers decide
  std::optional<GaussianBand> bandwidth;
  std::optional<PinkBand> pink;
  std::optional<TwoColours> two_colour;
  std::optional<SasePulse> sase;
  std::int64_t shot = 0;                    ///< of a pulsed spectrum
  std::optional<std::int64_t> wavelengths;  ///< of a spectrum; none: as many as the image needs
  bool wavelengths_as_rows = false;         ///< those of the file, as they are
  double fluence_per_m2 = unit_fluence_per_m2;
  double flux_per_s = 0, exposure_s = 1, size_m = 1e-4;  ///< they give the fluence where the flux is not zero
  BeamProfile profile = BeamProfile::Flat;

  bool flux_counts() const { return flux_per_s != 0 && exposure_s > 0 && size_m >= 0; }

  friend bool operator==(const BeamScene&, const BeamScene&) = default;
};

/// How the tilts of mosaic domains are chosen from their distribution.
enum class DomainDraws {
  Automatic,  ///< at random where their number is given, else evenly
  Random,     ///< nanoBragg's random numbers
  Even,       ///< so that few of them fill the distribution evenly
};

struct CrystalScene {
  bool cell_given = false;
  std::array<double, 6> cell{};     ///< angstrom and degrees; not positive: b = c = a, right angles
  std::string cell_file;            ///< unit cell of CrystFEL, instead of `cell`
  std::string matrix_file;          ///< orientation matrix as MOSFLM writes it
  std::optional<CrystalAxes> axes;  ///< before missetting; a cell beside them gives its own edges and angles
  std::string space_group;  ///< Hermann-Mauguin symbol; empty: that of the structure factors or the geometry file
  Vec3d misset_rad;         ///< rotations about lab x, y, z, in this order
  bool misset_random = false;
  std::optional<std::int64_t> misset_seed;  ///< none: 1
  /// Several crystals in the beam at once: so many, oriented at random but for the first; or those of a file, or of
  /// this list, each with its own misset.
  std::optional<std::int64_t> crystals;
  std::string crystals_file;
  std::vector<formats::ListedCrystal> lattices;
  std::array<std::int64_t, 3> cells{1, 1, 1};
  std::array<double, 3> size_m{};  ///< instead of the number of cells where not zero
  Vec3d whole_size_m;              ///< of a crystal of many such blocks, along lab x, y, z; zero: one block
  CrystalForm whole_form = CrystalForm::Box;
  CrystalShape shape{};  ///< at first the first of the list: a block of cells
  double fudge = 1;
  SpotWidth spot_width = SpotWidth::MillerIndices;
  std::optional<double> mosaic_rad;            ///< largest tilt of a domain
  std::optional<std::int64_t> mosaic_domains;  ///< none: as many as SamplingScene::accuracy needs
  DomainDraws mosaic_draws = DomainDraws::Automatic;
  std::int64_t mosaic_seed = 12345678;
  std::string mosaic_rotations_file;  ///< of the domains, instead of spread, number and seed

  friend bool operator==(const CrystalScene&, const CrystalScene&) = default;
};

/// Where structure factors come from: reflections, an atomic model, or one amplitude for all.
struct FactorScene {
  std::string file;                         ///< reflections: h k l F in lines, MTZ, CIF, XDS, SHELX, SCALEPACK
  std::vector<std::string> labels;          ///< of its columns; empty: chosen
  std::optional<double> default_amplitude;  ///< electrons; of reflections that the file does not have
  std::string model;                        ///< PDB, mmCIF or CIF
  double k_sol_e_A3 = 0;                    ///< 0: no bulk solvent
  std::optional<double> b_sol_A2;
  std::optional<bool> anomalous;
  std::int64_t enlarge = 1;     ///< the model's cell alone, its transform sampled that many times finer
  std::string method = "auto";  ///< fft, direct
  std::string cache_folder;     ///< of calculated amplitudes; empty: none
  bool direct_beam = false;     ///< F(0,0,0) shines
  std::shared_ptr<const StructureFactors> values;  ///< as they are, instead of files

  friend bool operator==(const FactorScene&, const FactorScene&) = default;
};

struct RotationScene {
  std::optional<Vec3d> axis;        ///< none: of the geometry file, or lab z
  std::optional<double> start_rad;  ///< none: of the geometry file, or 0
  StepRange steps_rad;
  StepRule step_rule = StepRule::Middles;

  friend bool operator==(const RotationScene&, const RotationScene&) = default;
};

struct SamplingScene {
  std::int64_t oversample = 0;      ///< sub-pixels along each edge; not positive: from the sizes of spots and pixels
  double d_min_m = 0;               ///< finest resolution rendered; 0: no limit
  std::optional<bool> interpolate;  ///< none: where there are at most two cells along an axis
  /// What steps, sources and mosaic domains that nobody counted may change in integrated intensities: the mean,
  /// relative.
  double accuracy = 0.01;

  friend bool operator==(const SamplingScene&, const SamplingScene&) = default;
};

/// What the detector makes of photons: a known response, and what is said instead. Without any of it, files of counts
/// have the photons that are counted.
struct ResponseScene {
  std::string name;              ///< in the list of assemble/response.h
  std::optional<bool> counting;  ///< none: photons are counted
  std::optional<double> flicker, shutter_jitter_s, flat_field, charge_sharing_m;
  std::optional<bool> flicker_in_steps;
  std::optional<std::int64_t> flicker_seed;  ///< of the light of phi steps; none: that of counts
  std::optional<double> escape_fraction, escape_length_m;
  std::optional<SpreadShape> point_spread_shape;
  std::optional<double> point_spread_m;
  std::optional<DeadTimeKind> dead_time_kind;
  std::optional<double> dead_time_s;
  std::optional<double> quanta, dark_current_per_s, gain;
  std::vector<GainRange> gain_ranges;
  std::optional<bool> raw;
  std::optional<double> readout_noise, pedestal, saturation;
  std::optional<double> dead_pixels, hot_pixels, twinkling_pixels;
  std::optional<bool> mask_bad_pixels;
  std::optional<std::int64_t> detector_seed;

  bool given() const { return *this != ResponseScene{}; }

  friend bool operator==(const ResponseScene&, const ResponseScene&) = default;
};

/// What the second column of a table of scattering is.
enum class TableColumn { Amplitude, Intensity };
/// How a table is interpolated.
enum class TableCurve { Lines, Cubic };

/// A material in the beam that is no crystal: by its name, or as a table in a file.
struct BackgroundScene {
  std::string material;                        ///< in the list of assemble/materials.h
  std::string file;                            ///< of sin(theta) / lambda (1/angstrom) and electrons of one molecule
  std::optional<double> thickness_m;           ///< along the beam
  std::optional<double> density_g_per_cm3;     ///< none: that of the material
  std::optional<double> molar_mass_g_per_mol;  ///< none: that of the material
  std::optional<double> molecules;             ///< in the beam, instead of all three
  std::optional<double> from_m, to_m;          ///< of its path along the beam, from the sample
  std::optional<double> crystallite_m;         ///< of ice
  std::optional<std::int64_t> crystallites;    ///< of ice, in the beam; none: so many that rings are smooth
  std::int64_t crystallite_seed = 1;           ///< of their orientations
  TableColumn column = TableColumn::Amplitude;
  TableCurve curve = TableCurve::Lines;
  double scale = 1;

  friend bool operator==(const BackgroundScene&, const BackgroundScene&) = default;
};

struct Scene {
  DetectorScene detector;
  BeamScene beam;
  CrystalScene crystal;
  FactorScene structure_factors;
  RotationScene rotation;
  SamplingScene sampling;
  double water_edge_m = 0;                   ///< edge of a cube of amorphous water around the crystal
  std::vector<BackgroundScene> backgrounds;  ///< without a crystal they are all that is rendered
  Attenuation attenuation;                   ///< its coefficients and lit part follow from materials and beam
  ResponseScene response;
  std::optional<std::int64_t> noise_seed;  ///< of counts that are drawn; none: from the clock
  std::int64_t frames = 1;                 ///< images of a series, each `rotation` further or lit by the next shot
  Compatibility compatibility;
};

}  // namespace femtobragg
#pragma GCC visibility pop
