// From a scene to an experiment: files are read, defaults filled in, and what is left open is computed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/assemble/factors.h"
#include "femtobragg/assemble/random_numbers.h"
#include "femtobragg/assemble/scene.h"
#include "femtobragg/base/error.h"
#include "femtobragg/formats/tables/source_file.h"
#include "femtobragg/model/crystal.h"
#include "femtobragg/model/experiment.h"
#include "femtobragg/simulate/source_grid.h"

#pragma GCC visibility push(default)
namespace femtobragg::assemble {

/// The crystal that a geometry file states.
struct CrystalOfGeometry {
  std::string path;
  StatedCrystal crystal;
};

/// A spread of the experiment, and the parts in which it is rendered.
struct SampledSpread {
  std::string field;   ///< of a scene, that gives their number
  std::string part;    ///< what each is called: "rotation step"
  std::int64_t count;  ///< of parts
  bool given;          ///< by the scene; the others are chosen
  double change;       ///< of integrated intensities, if there were twice as many: the mean, relative
  double error;        ///< of integrated intensities, from this number: the mean, relative
};

/// How finely spreads are sampled, judged by some of the reflections that the experiment lights.
struct SamplingReport {
  std::vector<SampledSpread> spreads;  ///< those that there are
  double error = 0;                    ///< of integrated intensities, from all counts together: the mean, relative
  double accuracy = 0;                 ///< that chosen counts are to reach
  bool limited = false;                ///< more than the most parts would be needed
};

/// An experiment, and how it came about.
struct Assembled {
  Scene scene;  ///< with what files filled in
  Experiment experiment;
  std::optional<UnitCell> cell, matrix_cell;  ///< of the scene or its model; of its matrix
  double crystal_volume_A3 = 0;               ///< of the unit cell
  std::optional<Vec3d> random_misset_rad;
  std::vector<formats::ListedCrystal> lattices;           ///< of several crystals in the beam, as their axes came about
  SampledRange horizontal_rad, vertical_rad, dispersion;  ///< of the grid of sources
  std::vector<DivergencePoint> divergence;                ///< empty with a source file
  Spectrum spectrum;                                      ///< finely sampled; empty: `dispersion` describes it
  bool wavelength_of_spectrum = false;                    ///< the scene has none of its own
  std::vector<Source> directions;  ///< of the beam, each at the shortest wavelength of the spectrum
  double finest_resolution_m = 0;  ///< at which there are spots in the image, where there is a spectrum
  std::size_t wavelengths = 0;     ///< of the spectrum that are rendered
  std::int64_t recommended_oversample = 1;
  std::optional<double> distance_m;  ///< of a single panel along the beam; none: it follows from the panel
  SamplingReport sampling;
  double largest_dimension_m = 0;          ///< of the crystal
  double reciprocal_pixel_m = 0;           ///< wavelength x distance / pixel: a crystal that large fills a pixel
  std::uint64_t reflections = 0;           ///< with an amplitude of their own
  RandomNumbers random;                    ///< after the mosaic domains
  std::vector<std::string> file_notes;     ///< what was read from where
  std::vector<std::string> crystal_notes;  ///< how a file with cell and symmetry became structure factors
  std::vector<std::string> warnings;
  std::optional<CrystalFile> crystal_file;
  std::optional<Response> response;  ///< of the detector; none: files of counts have counted photons
  bool cell_of_file = false;         ///< its cell is that of the crystal
  bool no_crystal = false;           ///< only backgrounds scatter
  std::optional<CrystalOfGeometry> geometry_crystal;
};

/// The stages that programs for older images do differently. The defaults are correct.
class Rules {
 public:
  virtual ~Rules() = default;

  virtual FactorSource factors(const FactorScene& scene) { return read_factors(scene); }
  virtual std::shared_ptr<const StructureFactors> model_factors(CrystalFile& file, const FactorScene& scene,
                                                                const Experiment& experiment) {
    return assemble::model_factors(file, scene, experiment);
  }
  virtual ReciprocalAxes upright_axes(const UnitCell& cell);
  /// The text of a matrix file; nothing: the cell is used. Doubts become warnings.
  virtual std::optional<std::string> matrix_text(const std::string& path, Assembled& result);
  /// Throws Error(Usage) for a cell that none can have, or that is not that of the matrix which gives the axes.
  virtual void require_cell(const UnitCell& cell, const UnitCell& of_matrix);
  virtual Vec3d random_misset_rad(std::int64_t& seed, RandomNumbers& random);
  virtual SampledRange phi_steps(const RotationScene& rotation);
  virtual SampledRange divergence_steps(const StepRange& steps, bool horizontal);
  virtual SampledRange dispersion_steps(const StepRange& steps);
  /// Whether counts that the scene leaves open are chosen by the accuracy that it asks for.
  virtual bool chooses_counts() { return true; }
  /// Whether the ends of ranges are points of the grid of sources.
  virtual bool grid_has_ends() { return false; }
  virtual std::vector<Source> sources(const std::string& path, const formats::SourceDefaults& defaults);
  /// Whether structure factors are interpolated if the scene does not say.
  virtual bool interpolates(const Experiment& experiment);
  /// A flux goes through a beam of size zero; throws Error(Usage), or adds a warning.
  virtual void infinite_fluence(std::vector<std::string>& warnings);
  /// Polarization or divergence have no direction; throws Error(Usage), or accepts it.
  virtual void polarization_along_beam();
  /// The sensor is divided into layers, but has no thickness; throws Error(Usage), or accepts it.
  virtual void layers_without_thickness();
  /// Whether water is rendered only with a crystal.
  virtual bool water_needs_crystal() { return false; }
  /// Whether F(0,0,0) is rendered although it was not requested.
  virtual bool direct_beam_shines(const Experiment&) { return false; }
};

/// Nothing gives structure factors, or nothing a cell.
struct NothingToRender : Error {
  NothingToRender(bool has_factors, bool has_crystal);
};

/// Everything except what takes long: result.scene with its files becomes result.experiment. Throws Error.
void set_up(Assembled& result, Rules& rules);
/// The rest: structure factors of a model, as many wavelengths of a spectrum as required. Checks the experiment.
/// Throws Error.
void complete(Assembled& result, Rules& rules);

/// Both.
Assembled assembled(Scene scene, Rules& rules);
/// By the correct rules.
Assembled assembled(Scene scene);

/// Whether the beam may differ from shot to shot: pulses of SASE, rows of a NeXus spectrum.
bool has_shots(const BeamScene& beam);
/// From the first frame of a series to another, counted from 0: rotated further about the spindle by the range of each
/// frame between them, and lit by its own shot, if there are several. Throws as take_shot().
void take_frame(Assembled& first, std::size_t frame);
/// The same experiment, lit by another shot, where there are several. Throws Error(Runtime) beyond those of a file.
void take_shot(Assembled& result, std::int64_t shot);

}  // namespace femtobragg::assemble
#pragma GCC visibility pop
