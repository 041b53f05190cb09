// Outputs that cannot be written: full disks, missing folders, names of folders. No file appears half written.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

#include "test_paths.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

constexpr std::uint64_t mib = 1024 * 1024;

/// A run whose picture is large enough to be written in several pieces.
Words larger_run(const Words& more) {
  Words words = {"-default_F", "100", "-cell", "50", "-N", "3", "-detpixels", "300", "-pixel", "0.1"};
  words.insert(words.end(), {"-oversample", "1", "-seed", "1", "-noprogress"});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

struct OutputFlag {
  std::string name, flag, suffix;
};
void PrintTo(const OutputFlag& flag, std::ostream* out) { *out << flag.name; }

class Output : public testing::TestWithParam<OutputFlag> {
 protected:
  Words to(const std::string& path) const { return {GetParam().flag, path}; }
  std::string named(const std::string& stem) const { return stem + GetParam().suffix; }
  TemporaryFolder folder_;
};

TEST_P(Output, FolderMissing) {
  const std::string path = named("missing/x");
  expect_refusal(small_run(to(path)), folder_, 1, {"cannot write", "'" + path + "'", "folder exists"});
}

TEST_P(Output, NameOfAFolder) {
  const std::string path = named("x");
  std::filesystem::create_directory(folder_ / path);
  expect_refusal(small_run(to(path)), folder_, 1, {"cannot write", "'" + path + "'", "name of a file"});
}

/// The limit stands for a full disk: writing the last bytes fails.
TEST_P(Output, DiskFullInTheMiddle) {
  const std::string path = named("x");
  folder_.write(path, "old");
  const Words words = larger_run(to(path));
  const ProgramResult result = simulate(words, folder_, {.file_bytes = 4096});
  expect_one_error(result, 1, {"cannot write", "too large", "free space"});
  for (const std::string& name : files_in(folder_)) {
    EXPECT_EQ(name.find(".part"), std::string::npos) << name;
    EXPECT_EQ(read_bytes(folder_ / name), "old") << name;
  }
}

TEST_P(Output, ReadOnlyFileStays) {
  if (geteuid() == 0) GTEST_SKIP() << "the superuser may write every file";
  const std::string path = named("x");
  folder_.write(path, "old");
  chmod((folder_ / path).c_str(), 0400);
  expect_refusal(small_run(to(path)), folder_, 1, {"cannot write", "denied"});
  EXPECT_EQ(read_bytes(folder_ / path), "old");
}

TEST_P(Output, DropInFolderMissing) {
  const ProgramResult result = drop_in(small_run(to(named("missing/x"))), folder_);
  expect_one_error(result, 9, {"cannot write", "folder exists"});
}

const std::vector<OutputFlag> outputs = {{"float_file", "-floatfile", ".bin"},
                                         {"int_file", "-intfile", ".img"},
                                         {"pgm_file", "-pgmfile", ".pgm"},
                                         {"noise_file", "-noisefile", ".img"},
                                         {"png", "-o", ".png"},
                                         {"numpy", "-o", ".npy"},
                                         {"smv", "-o", ".smv"},
                                         {"pgm", "-o", ".pgm"},
                                         {"raw", "-o", ".raw"}};
INSTANTIATE_TEST_SUITE_P(flags, Output, testing::ValuesIn(outputs),
                         [](const auto& parameter) { return parameter.param.name; });

TEST(Outputs, EmptyName) {
  const TemporaryFolder folder;
  for (const char* flag : {"-floatfile", "-intfile", "-pgmfile", "-noisefile"})
    expect_refusal(small_run({flag, ""}), folder, 2, {"empty value", flag});
  expect_refusal(small_run({"-o", ""}), folder, 2, {"no suffix"});
}

TEST(Outputs, DeviceThatIsFull) {
  const TemporaryFolder folder;
  for (const char* flag : {"-floatfile", "-intfile", "-pgmfile", "-noisefile"}) {
    for (const Words& words : {small_run({flag, "/dev/full"}), larger_run({flag, "/dev/full"})}) {
      expect_one_error(simulate(words, folder), 1, {"'/dev/full'", "No space left", "free space"});
      expect_one_error(drop_in(words, folder), 9, {"'/dev/full'", "No space left"});
    }
  }
}

TEST(Outputs, PngOnAFullDevice) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("/dev/full", folder / "full.png");
  for (const Words& words : {small_run({"-o", "full.png"}), larger_run({"-o", "full.png"})})
    expect_one_error(simulate(words, folder), 1, {"'/dev/full'", "No space left"});
}

TEST(Outputs, StandardOutputThatIsFull) {
  const TemporaryFolder folder;
  const ProgramLimits full{.out = "/dev/full"};
  expect_one_error(simulate(small_run(), folder, full), 1, {"standard output"});
  expect_one_error(drop_in(small_run(), folder, full), 9, {"standard output"});
  expect_one_error(simulate({"-help"}, folder, full), 1, {"standard output"});
}

/// The second would replace the first without a word.
TEST(Outputs, NamedTwice) {
  const TemporaryFolder folder;
  const Words mistakes[] = {{"-o", "a.npy", "-o", "a.npy"},
                            {"-o", "a.npy", "-o", "./a.npy"},
                            {"-o", "a.img", "-intfile", (folder / "a.img").string()},
                            {"-o", "b.bin", "-floatfile", "b.bin"},
                            {"-floatfile", "x", "-intfile", "x"},
                            {"-o", "image.pgm", "-pgmfile", "image.pgm"}};
  for (const Words& words : mistakes) expect_refusal(small_run(words), folder, 2, {"named twice", words[1]});
  std::filesystem::create_symlink("a.npy", folder / "link.npy");
  expect_refusal(small_run({"-o", "link.npy", "-o", "a.npy"}), folder, 2, {"named twice"});
  // What is not written is not in the way, and a device takes everything.
  expect_success(simulate(small_run({"-o", "image.pgm"}), folder));
  expect_success(simulate(small_run({"-o", "a.npy", "-nopgm", "-intfile", "image.pgm"}), folder));
  expect_success(drop_in(small_run({"-floatfile", "x", "-intfile", "x"}), folder));
}

TEST(Outputs, DumpThatCannotBeWritten) {
  const TemporaryFolder folder;
  folder.write("p.hkl", "1 2 3 4\n");
  expect_refusal(small_run({"-hkl", "p.hkl", "-dump", "missing/x"}), folder, 1, {"cannot write", "'missing/x'"});
  // The drop-in goes on without it.
  const ProgramResult result = expect_success(drop_in(small_run({"-hkl", "p.hkl", "-dump", "missing/x"}), folder));
  expect_texts(result.err, {"warning: cannot write 'missing/x'"});
}

TEST(Outputs, DeviceNullTakesEverything) {
  const TemporaryFolder folder;
  const Words words = small_run(
      {"-floatfile", "/dev/null", "-intfile", "/dev/null", "-pgmfile", "/dev/null", "-noisefile", "/dev/null"});
  expect_success(simulate(words, folder));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  EXPECT_TRUE(files_in(folder).empty());
}

/// A name beyond what the system takes is a wrong name like any other.
TEST(Outputs, NamesThatAreTooLong) {
  const TemporaryFolder folder;
  const std::string name(300, 'x');
  folder.write("p.hkl", "1 2 3 4\n");
  expect_refusal(small_run({"-floatfile", name}), folder, 1, {"cannot write", "too long"});
  expect_refusal(small_run({"-o", name + ".npy"}), folder, 1, {"cannot write", "too long"});
  expect_refusal(small_run({"-dump", name}), folder, 1, {"cannot read the structure factor dump", "too long"});
  expect_refusal(small_run({"-hkl", "p.hkl", "-dump", name}), folder, 1, {"cannot write", "too long"});
  expect_drop_in_error(small_run({"-floatfile", name}), folder, {"cannot write", "too long"});
  expect_texts(expect_success(drop_in(small_run({"-hkl", "p.hkl", "-dump", name}), folder)).err, {"cannot write"});
}

/// All bytes that come through a FIFO up to the first end of file. It is held open until the object goes, so that a
/// writer that opens it again does not wait for ever.
class FifoReader {
 public:
  explicit FifoReader(const std::filesystem::path& path) {
    EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
    thread_ = std::thread([this, path] {
      fd_ = open(path.c_str(), O_RDONLY);
      char buffer[4096];
      for (ssize_t n = 0; (n = read(fd_, buffer, sizeof buffer)) > 0;)
        bytes_.append(buffer, static_cast<std::size_t>(n));
    });
  }
  ~FifoReader() { close(fd_); }
  std::string bytes() {
    thread_.join();
    return bytes_;
  }

 private:
  int fd_ = -1;
  std::string bytes_;
  std::thread thread_;
};

TEST(Outputs, PipesGetAllBytesAtOnce) {
  const TemporaryFolder folder;
  expect_success(simulate(small_run(), folder));
  const std::pair<std::string, std::string> files[] = {
      {"-floatfile", "floatimage.bin"}, {"-intfile", "intimage.img"}, {"-pgmfile", "image.pgm"}};
  for (const auto& [flag, file] : files) {
    const std::string pipe = "pipe" + flag;
    FifoReader reader(folder / pipe);
    expect_success(simulate(small_run({flag, pipe}), folder));
    EXPECT_EQ(reader.bytes(), read_bytes(folder / file)) << flag;
    EXPECT_TRUE(std::filesystem::is_fifo(folder / pipe));
  }
}

/// What the program writes to its standard output when that is a pipe.
std::string piped(const Words& words, const TemporaryFolder& folder) {
  std::string command = "cd " + folder.path().string() + " && " + FEMTOBRAGG_BIN + "/femtobragg simulate -quiet";
  for (const std::string& word : words) command += " " + word;
  std::FILE* pipe = popen(command.c_str(), "r");
  EXPECT_TRUE(pipe);
  std::string bytes;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) bytes += static_cast<char>(c);
  EXPECT_EQ(pclose(pipe), 0);
  return bytes;
}

TEST(Outputs, StandardOutputThatIsAPipe) {
  const TemporaryFolder folder;
  expect_success(simulate(small_run(), folder));
  EXPECT_EQ(piped(small_run({"-floatfile", "/dev/stdout"}), folder), read_bytes(folder / "floatimage.bin"));
}

/// One after the other, although counting noise can run beside the others.
TEST(Outputs, SeveralImagesInOnePipe) {
  const TemporaryFolder folder;
  const auto run = [](const Words& more) {
    Words words = small_run({"-detpixels", "600", "-seed", "1", "-threads", "2"});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  expect_success(simulate(run({}), folder));
  const std::string out = "/dev/stdout";
  EXPECT_EQ(piped(run({"-floatfile", out, "-intfile", out, "-noisefile", out}), folder),
            read_bytes(folder / "floatimage.bin") + read_bytes(folder / "intimage.img") +
                read_bytes(folder / "noiseimage.img"));
}

/// A run that is refused late must not touch what an earlier run left.
TEST(Outputs, EarlierFilesSurviveARefusal) {
  const TemporaryFolder folder;
  folder.write("floatimage.bin", "precious");
  expect_refusal(small_run({"-trace_pixel", "100", "100"}), folder, 2, {"there is no such pixel"});
  expect_refusal(small_run({"-noisefile", "missing/x"}), folder, 1, {"cannot write"});
  EXPECT_EQ(read_bytes(folder / "floatimage.bin"), "precious");
}

struct TooMuch {
  std::string name;
  Words words;
  Words texts;
};
void PrintTo(const TooMuch& request, std::ostream* out) { *out << request.name; }

class Memory : public testing::TestWithParam<TooMuch> {};

/// Little memory and little time: a request beyond them must be refused, and soon.
TEST_P(Memory, IsRefusedSoon) {
  if (address_sanitizer) GTEST_SKIP() << "the address sanitizer needs all the address space";
  const TemporaryFolder folder;
  const ProgramLimits limits{.memory_bytes = 2048 * mib, .cpu_seconds = 2};
  Words words = {"-default_F", "10", "-cell", "50", "-oversample", "1"};
  words.insert(words.end(), GetParam().words.begin(), GetParam().words.end());
  expect_refusal(words, folder, 1, GetParam().texts, limits);
  expect_drop_in_error(words, folder, GetParam().texts, limits);
}

const std::vector<TooMuch> requests = {
    {"pixels_beyond_the_machine", {"-detpixels", "1000000"}, {"does not fit into memory", "1000000 x 1000000"}},
    {"pixels_beyond_the_limit", {"-detpixels", "30000"}, {"memory"}},
    {"divergence", {"-divergence", "1", "-divsteps", "2000000000"}, {"sources", "does not fit into memory"}},
    {"dispersion", {"-dispersion", "1", "-dispsteps", "2000000000"}, {"sources", "does not fit into memory"}},
    {"domains", {"-mosaic", "1", "-mosaic_domains", "2000000000"}, {"mosaic domains", "does not fit into memory"}},
    {"phi_steps",
     {"-detpixels", "2", "-osc", "1", "-phisteps", "900000000"},
     {"orientations", "does not fit into memory"}},
    {"phi_steps_and_domains",
     {"-detpixels", "2", "-osc", "1", "-phisteps", "1000000", "-mosaic", "1", "-mosaic_domains", "100000"},
     {"orientations", "does not fit into memory"}},
};
INSTANTIATE_TEST_SUITE_P(requests, Memory, testing::ValuesIn(requests),
                         [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace femtobragg::tests
