// OpenSSL's implementations.
#include "femtobragg/formats/io/digest.h"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>
#include <vector>

#include "femtobragg/base/error.h"
#include "femtobragg/base/late_library.h"
#include "femtobragg/base/text.h"
#include "late_files.h"

namespace femtobragg::formats {
namespace {

constexpr LateLibrary openssl{"OpenSSL", FEMTOBRAGG_CRYPTO};

FEMTOBRAGG_LATE(openssl, EVP_MD_CTX_new)
FEMTOBRAGG_LATE(openssl, EVP_MD_CTX_free)
FEMTOBRAGG_LATE(openssl, EVP_DigestInit_ex)
FEMTOBRAGG_LATE(openssl, EVP_DigestUpdate)
FEMTOBRAGG_LATE(openssl, EVP_DigestFinal_ex)
FEMTOBRAGG_LATE(openssl, EVP_EncodeBlock)
FEMTOBRAGG_LATE(openssl, EVP_md5)
FEMTOBRAGG_LATE(openssl, EVP_sha256)

class Digest {
 public:
  explicit Digest(const EVP_MD* kind) { EVP_DigestInit_ex(context_.get(), kind, nullptr); }

  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

  std::string bytes() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &length);
    return {reinterpret_cast<const char*>(digest.data()), length};
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

std::string hexadecimal(std::string_view bytes) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    (text += digits[value >> 4]) += digits[value & 15];
  }
  return text;
}

}  // namespace

std::string sha256_of(std::string_view bytes) {
  Digest digest(EVP_sha256());
  digest.add(bytes);
  return hexadecimal(digest.bytes());
}

std::string sha256_of_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  Digest digest(EVP_sha256());
  std::array<char, 1 << 16> buffer;
  while (stream.read(buffer.data(), buffer.size()) || stream.gcount() > 0)
    digest.add({buffer.data(), static_cast<std::size_t>(stream.gcount())});
  if (!stream.eof()) throw Error::runtime({.what = "cannot read the file", .where = in_quotes(file.string())});
  return hexadecimal(digest.bytes());
}

std::string md5_base64(std::string_view bytes) {
  Digest digest(EVP_md5());
  digest.add(bytes);
  return base64_of(digest.bytes());
}

std::string base64_of(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace femtobragg::formats
