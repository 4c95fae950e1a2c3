#include "http/field_name.hpp"

#include "base/ascii.hpp"

#include <array>
#include <cstddef>

namespace hawkcache::http {
namespace {

constexpr std::array kSpellings = {std::string_view(""),
#define X(enumerator, text) std::string_view(text),
                                   HAWKCACHE_FIELD_NAMES(X)
#undef X
};

constexpr std::size_t kShortest = 2;  // TE
constexpr std::size_t kLongest = 25;  // Proxy-Authentication-Info
constexpr std::size_t kBuckets =
    1024;  // a power of two, sparse enough for a seed without collisions

// Four features of a name that differ between any two known ones, mixed. REQUIRES: text is not
// empty.
constexpr std::size_t bucket_of(std::string_view text, std::uint32_t seed) noexcept {
  const auto at = [text](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) | 0x20U;
  };
  const std::uint32_t features = at(0) | (at(text.size() / 2) << 8U) |
                                 (at(text.size() - 1) << 16U) |
                                 (static_cast<std::uint32_t>(text.size()) << 24U);
  return static_cast<std::size_t>((features * seed) >> 22U);
}

struct Buckets {
  std::uint32_t seed = 0;
  std::array<std::uint8_t, kBuckets> ids{};  // 0: no known name falls here
};

constexpr bool fill(Buckets& buckets, std::uint32_t seed) noexcept {
  buckets = Buckets{.seed = seed, .ids = {}};
  for (std::size_t id = 1; id < kSpellings.size(); ++id) {
    std::uint8_t& slot = buckets.ids[bucket_of(kSpellings[id], seed)];
    if (slot != 0) return false;
    slot = static_cast<std::uint8_t>(id);
  }
  return true;
}

// Tries seeds at compile time until every known name has a bucket of its own: one probe, one
// comparison at run time.
constexpr Buckets make_buckets() noexcept {
  Buckets buckets;
  std::uint32_t seed = 0x9E3779B1U;
  for (int tries = 0; tries < 400 && !fill(buckets, seed); ++tries) seed += 0x2C1B3C6EU;
  return buckets;
}

constexpr Buckets kByName = make_buckets();

constexpr bool every_name_is_found() noexcept {
  for (std::size_t id = 1; id < kSpellings.size(); ++id) {
    const std::string_view name = kSpellings[id];
    if (name.size() < kShortest || name.size() > kLongest) return false;
    if (kByName.ids[bucket_of(name, kByName.seed)] != id) return false;
  }
  return true;
}
static_assert(every_name_is_found(), "no seed keeps the known names apart: enlarge kBuckets");
static_assert(kBuckets == 1U << (32 - 22), "bucket_of takes the top ten bits");

}  // namespace

FieldName parse_field_name(std::string_view text) noexcept {
  if (text.size() < kShortest || text.size() > kLongest) return FieldName::unknown;
  const std::uint8_t id = kByName.ids[bucket_of(text, kByName.seed)];
  if (id == 0 || !ascii::equals_ignoring_case(kSpellings[id], text)) return FieldName::unknown;
  return static_cast<FieldName>(id);
}

std::string_view to_string(FieldName name) noexcept {
  return kSpellings[static_cast<std::size_t>(name)];
}

}  // namespace hawkcache::http
