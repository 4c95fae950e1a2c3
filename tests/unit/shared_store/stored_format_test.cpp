#include "shared_store/stored_format.hpp"

#include "shared_store/stored_codec.hpp"
#include "shared_store/stored_layout.hpp"
#include "unit/store/stored_samples.hpp"

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

constexpr std::string_view kName = "hawk:r:{1}:2";

std::string encoded(const store::StoredParts& parts) {
  return encode_response(*store::StoredResponse::make(parts), kName);
}

DecodeFailure failure_of(std::string value, std::string_view name = kName) {
  const auto decoded = decode_response(std::move(value), name);
  EXPECT_TRUE(std::holds_alternative<DecodeFailure>(decoded));
  const auto* failure = std::get_if<DecodeFailure>(&decoded);
  return failure == nullptr ? DecodeFailure{} : *failure;
}

void expect_same(const caching::StoredMeta& a, const caching::StoredMeta& b) {
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.freshness, b.freshness);
  EXPECT_EQ(a.validators.entity_tag, b.validators.entity_tag);
  EXPECT_EQ(a.validators.last_modified, b.validators.last_modified);
  EXPECT_EQ(a.validators.last_modified_time, b.validators.last_modified_time);
  EXPECT_EQ(a.validators.date, b.validators.date);
  EXPECT_EQ(a.authorized_reuse, b.authorized_reuse);
  ASSERT_EQ(a.vary == nullptr, b.vary == nullptr);
  if (a.vary) {
    EXPECT_EQ(*a.vary, *b.vary);
  }
  EXPECT_EQ(a.secondary_key, b.secondary_key);
  EXPECT_EQ(a.tags, b.tags);
  EXPECT_EQ(a.rule_fingerprint, b.rule_fingerprint);
  ASSERT_EQ(a.partial == nullptr, b.partial == nullptr);
  if (!a.partial) return;
  EXPECT_EQ(a.partial->complete_length, b.partial->complete_length);
  EXPECT_EQ(a.partial->parts, b.partial->parts);
}

class StoredFormat : public testing::TestWithParam<store::Sample> {};

TEST_P(StoredFormat, comes_back_as_it_was) {
  store::StoredParts parts = GetParam().parts;
  parts.epoch = 99;
  const auto decoded = decode_response(encoded(parts), kName);
  ASSERT_TRUE(std::holds_alternative<store::StoredParts>(decoded));
  const auto& back = std::get<store::StoredParts>(decoded);
  EXPECT_EQ(back.key, parts.key);
  EXPECT_EQ(back.authority, parts.authority);
  EXPECT_EQ(back.path_and_query, parts.path_and_query);
  EXPECT_EQ(back.head, parts.head);
  EXPECT_EQ(back.withheld, parts.withheld);
  EXPECT_EQ(store::body_text(back.body), store::body_text(parts.body));
  EXPECT_EQ(back.body.size(), store::body_text(parts.body).empty() ? 0u : 1u);
  EXPECT_EQ(back.sequence, parts.sequence);
  EXPECT_EQ(back.shared, parts.shared);
  EXPECT_EQ(back.epoch, 0u) << "an epoch of another process";
  expect_same(back.meta, parts.meta);
}

TEST_P(StoredFormat, holds_the_whole_head_also_where_others_have_some_of_it_in_common) {
  const auto heads = store::CommonHeads::create();
  const auto apart = store::StoredResponse::make(
      GetParam().parts, heads->intern("HTTP/1.1 200 OK\r\nVia: 1.1 x\r\n"));
  EXPECT_EQ(encode_response(*apart, kName), encoded(apart->parts()));
}

TEST_P(StoredFormat, its_header_can_be_peeked_at) {
  const store::StoredParts& parts = GetParam().parts;
  const std::string value = encoded(parts);
  const StoredHeader expected{parts.shared.generation, parts.shared.epoch, parts.sequence};
  EXPECT_EQ(peek_header(value), expected);
  EXPECT_EQ(peek_header(value.substr(0, kStoredHeaderSize)), expected);
  EXPECT_EQ(peek_header(value.substr(0, kStoredHeaderSize - 1)), std::nullopt);
}

TEST_P(StoredFormat, every_truncation_is_refused) {
  const std::string value = encoded(GetParam().parts);
  for (std::size_t size = 0; size < value.size(); ++size) {
    const DecodeFailure failure = failure_of(value.substr(0, size));
    EXPECT_EQ(failure, size == 0 ? DecodeFailure::not_ours : DecodeFailure::truncated) << size;
  }
  EXPECT_EQ(failure_of(value + 'x'), DecodeFailure::checksum);
}

TEST_P(StoredFormat, every_flipped_bit_is_refused) {
  std::string value = encoded(GetParam().parts);
  for (std::size_t bit = 0; bit < value.size() * 8; ++bit) {
    const auto mask = static_cast<char>(1 << (bit % 8));
    value[bit / 8] = static_cast<char>(value[bit / 8] ^ mask);
    ASSERT_TRUE(std::holds_alternative<DecodeFailure>(decode_response(value, kName))) << bit;
    value[bit / 8] = static_cast<char>(value[bit / 8] ^ mask);
  }
}

TEST_P(StoredFormat, takes_one_allocation_of_the_right_size) {
  const std::string value = encoded(GetParam().parts);
  EXPECT_EQ(value.capacity(), value.size());
}

INSTANTIATE_TEST_SUITE_P(Samples,
                         StoredFormat,
                         testing::ValuesIn(store::samples()),
                         [](const auto& test) { return test.param.name; });

TEST(StoredFormatHeader, lies_where_scripts_look_for_it) {
  const std::string value = encoded(store::plain_parts());
  EXPECT_EQ(value.substr(0, 8), std::string("HAWKCR\x00\x01", 8));
  EXPECT_EQ(value.substr(8, 8), "\x11\x12\x13\x14\x15\x16\x17\x18");
  EXPECT_EQ(value.substr(16, 8), "\x21\x22\x23\x24\x25\x26\x27\x28");
  EXPECT_EQ(value.substr(24, 8), "\x01\x02\x03\x04\x05\x06\x07\x08");
}

TEST(StoredFormatFailures, have_names) {
  EXPECT_EQ(to_string(DecodeFailure::not_ours), "not_ours");
  EXPECT_EQ(to_string(DecodeFailure::other_version), "other_version");
  EXPECT_EQ(to_string(DecodeFailure::truncated), "truncated");
  EXPECT_EQ(to_string(DecodeFailure::checksum), "checksum");
  EXPECT_EQ(to_string(DecodeFailure::malformed), "malformed");
}

TEST(StoredFormatFailures, say_what_is_wrong) {
  const std::string value = encoded(store::plain_parts());
  EXPECT_EQ(failure_of("hello"), DecodeFailure::not_ours);
  EXPECT_EQ(failure_of(std::string(500, '\0')), DecodeFailure::not_ours);
  std::string other = value;
  other[7] = 2;
  EXPECT_EQ(failure_of(other), DecodeFailure::other_version);
  EXPECT_EQ(peek_header(other), std::nullopt);
  EXPECT_EQ(failure_of(value, "hawk:r:{1}:3"), DecodeFailure::checksum) << "another name's value";
}

// A value with some bytes changed and a right checksum.
std::string forged(std::string value) {
  store_number(value.data() + layout::kChecksumAt, layout::checksum(value, kName));
  return value;
}

std::string with_byte(std::string value, std::size_t offset, char byte) {
  value[layout::kPartsAt + offset] = byte;
  return forged(std::move(value));
}

TEST(StoredFormatFailures, a_right_checksum_does_not_make_nonsense_right) {
  const std::string value = encoded(store::plain_parts());
  ASSERT_TRUE(std::holds_alternative<store::StoredParts>(decode_response(forged(value), kName)));
  struct Row {
    const char* what;
    std::size_t offset;
    char byte;
  };
  const Row rows[] = {
      {"status 65,480", 0, '\xff'},
      {"status 0", 1, '\0'},
      {"a flag that is none", 2, 1},
      {"a date without its flag", 44 + 8 + 1 + 7, 1},
      {"a source that is none", 4, 6},
      {"a response time beyond measure", 5, 0x7f},
      {"a negative age", 13, '\x80'},
      {"a negative lifetime", 21, '\x80'},
      {"an entity tag of 4 GiB", 77, '\xff'},
  };
  for (const Row& row : rows) {
    const std::string wrong = with_byte(value, row.offset, row.byte);
    EXPECT_EQ(failure_of(wrong), DecodeFailure::malformed) << row.what;
  }
  EXPECT_EQ(failure_of(forged(value + "more")), DecodeFailure::malformed);
}

// What the encoder refuses to write, because the decoder would refuse to read it.
TEST(StoredFormatFailures, nothing_is_encoded_that_could_not_be_decoded) {
  using Parts = store::StoredParts;
  const store::Sample rows[] = {
      store::sample("status", [](Parts& parts) { parts.meta.status = 600; }),
      store::sample("names out of order",
                    [](Parts& parts) {
                      parts.meta.vary =
                          std::make_shared<const caching::VaryNames>(caching::VaryNames{"b", "a"});
                    }),
      store::sample("a name in upper case",
                    [](Parts& parts) {
                      parts.meta.vary =
                          std::make_shared<const caching::VaryNames>(caching::VaryNames{"A"});
                    }),
      store::sample("parts that are not all of the body",
                    [](Parts& parts) {
                      parts.meta.partial = std::make_shared<const caching::PartialContent>(
                          caching::PartialContent{.complete_length = 10, .parts = {{0, 3}}});
                    }),
      store::sample("parts beyond the end",
                    [](Parts& parts) {
                      parts.meta.partial = std::make_shared<const caching::PartialContent>(
                          caching::PartialContent{.complete_length = 4, .parts = {{0, 4}}});
                    }),
      store::sample("parts that touch",
                    [](Parts& parts) {
                      parts.meta.partial =
                          std::make_shared<const caching::PartialContent>(caching::PartialContent{
                              .complete_length = 10, .parts = {{0, 1}, {2, 4}}});
                    }),
      store::sample("an empty line in the head", [](Parts& parts) { parts.head += "\r\n"; }),
      store::sample("a bare LF in the head", [](Parts& parts) { parts.head = "a\nb\r\n"; }),
      store::sample("a bare CR in the head", [](Parts& parts) { parts.head = "a\rb\r\n"; }),
      store::sample("a NUL in the head", [](Parts& parts) { parts.head[3] = '\0'; }),
      store::sample("an entity tag of two lines",
                    [](Parts& parts) { parts.meta.validators.entity_tag = "\"a\r\nX: y\""; }),
      store::sample("too many tags", [](Parts& parts) { parts.meta.tags.resize(65'537, "t"); }),
  };
  for (const store::Sample& row : rows) EXPECT_EQ(encoded(row.parts), "") << row.name;
}

TEST(StoredFormatLimits, times_beyond_measure_become_the_nearest_that_can_be_written) {
  store::StoredParts parts = store::plain_parts();
  parts.meta.freshness.lifetime = Duration::max();
  parts.meta.freshness.initial_age = Duration(-1);
  parts.meta.validators.date = WallTime::min();
  const auto decoded = decode_response(encoded(parts), kName);
  ASSERT_TRUE(std::holds_alternative<store::StoredParts>(decoded));
  const caching::StoredMeta& meta = std::get<store::StoredParts>(decoded).meta;
  EXPECT_EQ(meta.freshness.lifetime.count(), std::int64_t{1} << 50);
  EXPECT_EQ(meta.freshness.initial_age.count(), 0);
  ASSERT_TRUE(meta.validators.date.has_value());
  EXPECT_EQ(meta.validators.date->time_since_epoch().count(), -(std::int64_t{1} << 50));
}

TEST(StoredFormatLimits, tags_out_of_order_are_put_in_order) {
  store::StoredParts parts = store::plain_parts();
  parts.meta.tags = {"b", "a", "b"};
  const auto decoded = decode_response(encoded(parts), kName);
  ASSERT_TRUE(std::holds_alternative<store::StoredParts>(decoded));
  EXPECT_EQ(std::get<store::StoredParts>(decoded).meta.tags, (std::vector<std::string>{"a", "b"}));
}

// Where the decoded body lies, relative to the value it came from.
enum class Memory { shared, copied };
Memory memory_of(std::string value) {
  const char* begin = value.data();
  const char* end = begin + value.size();
  const auto decoded = decode_response(std::move(value), kName);
  const auto& body = std::get<store::StoredParts>(decoded).body;
  const bool within =
      std::less_equal<>()(begin, body.at(0).data()) && std::less<>()(body.at(0).data(), end);
  return within ? Memory::shared : Memory::copied;
}

TEST(StoredFormatBody, shares_the_values_memory_where_it_is_most_of_it) {
  store::StoredParts parts = store::plain_parts();
  parts.body = {SharedBytes::copy_of(std::string(10'000, 'b'))};
  EXPECT_EQ(memory_of(encoded(parts)), Memory::shared);
  parts.head = "HTTP/1.1 200 OK\r\nX: " + std::string(3000, 'h') + "\r\n";
  EXPECT_EQ(memory_of(encoded(parts)), Memory::copied);
}

TEST(StoredFormatBody, is_copied_out_of_a_value_with_room_to_spare) {
  store::StoredParts parts = store::plain_parts();
  parts.body = {SharedBytes::copy_of(std::string(10'000, 'b'))};
  std::string value = encoded(parts);
  value.reserve(30'000);
  EXPECT_EQ(memory_of(std::move(value)), Memory::copied);
}

TEST(StoredFormatBody, outlives_everything_else_of_the_response) {
  store::StoredParts parts = store::plain_parts();
  parts.body = {SharedBytes::copy_of(std::string(10'000, 'b'))};
  SharedBytes body;
  {
    auto decoded = decode_response(encoded(parts), kName);
    body = std::get<store::StoredParts>(decoded).body.at(0);
  }
  EXPECT_EQ(body.view(), std::string(10'000, 'b'));
}

}  // namespace
}  // namespace hawkcache::shared_store
