// Values that nobody encoded: random ones, and good ones with changes and a right checksum, so that
// everything behind the checksum is tested as well. Seeded: the same run each time. What matters is
// that nothing is read out of bounds (run under AddressSanitizer) and that what is accepted is
// sound.
#include "shared_store/stored_codec.hpp"
#include "shared_store/stored_format.hpp"
#include "shared_store/stored_layout.hpp"
#include "unit/store/stored_samples.hpp"

#include <random>

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

constexpr std::string_view kKeyName = "hawk:r:{1}:2";

class Mutations {
 public:
  explicit Mutations(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t bound) { return random_() % std::max<std::size_t>(bound, 1); }
  char byte() {
    static constexpr char kTelling[] = {0, 1, 2, 4, 8, 16, 32, 64, 127, '\x80', '\xfe', '\xff'};
    return below(2) == 0 ? kTelling[below(sizeof(kTelling))] : static_cast<char>(below(256));
  }
  std::string bytes(std::size_t size) {
    std::string text(size, '\0');
    for (char& c : text) c = byte();
    return text;
  }
  // Near the beginning, where the numbers are, every other time.
  std::size_t position(const std::string& value) {
    const std::size_t rest = value.size() - std::min(layout::kPartsAt, value.size());
    return value.size() - rest + below(below(2) == 0 ? std::min<std::size_t>(rest, 160) : rest);
  }
  void change(std::string& value) {
    const std::size_t at = position(value);
    if (at >= value.size()) return;
    switch (below(6)) {
      case 0:
        value.erase(at, 1 + below(9));
        return;
      case 1:
        value.insert(at, bytes(1 + below(9)));
        return;
      case 2:
        for (std::size_t i = at; i < std::min(at + 4, value.size()); ++i) value[i] = byte();
        return;
      case 3:
        value.resize(at);
        return;
      default:
        value[at] = byte();
    }
  }

 private:
  std::mt19937 random_;
};

// Size and checksum as they should be.
void make_right(std::string& value) {
  if (value.size() < layout::kPartsAt) return;
  store_number(value.data() + layout::kSizeAt, std::uint64_t{value.size()});
  store_number(value.data() + layout::kChecksumAt, layout::checksum(value, kKeyName));
}

void expect_sound(const store::StoredParts& parts) {
  const caching::StoredMeta& meta = parts.meta;
  EXPECT_GE(meta.status, 100);
  EXPECT_LE(meta.status, 599);
  EXPECT_GE(meta.freshness.lifetime.count(), 0);
  EXPECT_GE(meta.freshness.initial_age.count(), 0);
  EXPECT_EQ(parts.head.find("\r\n\r\n"), std::string::npos);
  EXPECT_TRUE(std::is_sorted(meta.tags.begin(), meta.tags.end()));
  // It can be made a response of, and be stored again.
  const store::StoredResponsePtr response = store::StoredResponse::make(parts);
  const std::string again = encode_response(*response, kKeyName);
  EXPECT_NE(again, "");
  EXPECT_TRUE(std::holds_alternative<store::StoredParts>(decode_response(again, kKeyName)));
}

TEST(StoredFormatFuzz, random_bytes_are_refused) {
  Mutations mutations(1);
  const std::string good =
      encode_response(*store::StoredResponse::make(store::plain_parts()), kKeyName);
  for (int i = 0; i < 200'000; ++i) {
    std::string value = mutations.bytes(mutations.below(120));
    // Some that begin well.
    const std::size_t begins = mutations.below(3) * 8;
    value.replace(0, std::min(begins, value.size()), good, 0, begins);
    ASSERT_TRUE(std::holds_alternative<DecodeFailure>(decode_response(value, kKeyName)));
  }
}

TEST(StoredFormatFuzz, random_bytes_with_a_right_checksum_do_no_harm) {
  Mutations mutations(2);
  const std::string header =
      encode_response(*store::StoredResponse::make(store::plain_parts()), kKeyName)
          .substr(0, layout::kPartsAt);
  for (int i = 0; i < 200'000; ++i) {
    std::string value = header + mutations.bytes(mutations.below(200));
    make_right(value);
    const auto decoded = decode_response(std::move(value), kKeyName);
    if (const auto* parts = std::get_if<store::StoredParts>(&decoded)) expect_sound(*parts);
  }
}

TEST(StoredFormatFuzz, changed_values_with_a_right_checksum_do_no_harm) {
  Mutations mutations(3);
  std::size_t accepted = 0;
  std::size_t refused = 0;
  std::vector<std::string> values;
  for (const store::Sample& sample : store::samples()) {
    if (sample.name == "many_tags" || sample.name == "large_body") continue;
    values.push_back(encode_response(*store::StoredResponse::make(sample.parts), kKeyName));
  }
  for (int i = 0; i < 100'000; ++i) {
    std::string value = values[mutations.below(values.size())];
    for (std::size_t changes = 1 + mutations.below(3); changes > 0; --changes) {
      mutations.change(value);
    }
    make_right(value);
    const auto decoded = decode_response(std::move(value), kKeyName);
    const auto* parts = std::get_if<store::StoredParts>(&decoded);
    ++(parts == nullptr ? refused : accepted);
    if (parts != nullptr) expect_sound(*parts);
  }
  EXPECT_GT(accepted, 1000u) << "the changes go beyond what is worth testing";
  EXPECT_GT(refused, 1000u);
}

}  // namespace
}  // namespace hawkcache::shared_store
