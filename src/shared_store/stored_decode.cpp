#include "caching/partial_content.hpp"
#include "shared_store/stored_codec.hpp"
#include "shared_store/stored_format.hpp"
#include "shared_store/stored_layout.hpp"
#include "shared_store/vary_text.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace hawkcache::shared_store {
namespace {

using namespace layout;

Duration read_duration(Reader& reader) noexcept {
  const auto bits = reader.number<std::uint64_t>();
  if (bits > static_cast<std::uint64_t>(kLongest)) reader.fail();
  return Duration(reader.failed() ? 0 : static_cast<std::int64_t>(bits));
}

std::optional<WallTime> read_time(Reader& reader, bool is_there) noexcept {
  const auto count = static_cast<std::int64_t>(reader.number<std::uint64_t>());
  if (count < -kLongest || count > kLongest || (!is_there && count != 0)) reader.fail();
  if (!is_there || reader.failed()) return std::nullopt;
  return WallTime(Duration(count));
}

void read_freshness(Reader& reader, unsigned flags, caching::Freshness& freshness) noexcept {
  const auto source = reader.number<std::uint8_t>();
  if (source > static_cast<std::uint8_t>(caching::LifetimeSource::heuristic)) reader.fail();
  freshness.source = static_cast<caching::LifetimeSource>(source);
  freshness.response_time = WallTime(read_duration(reader));
  freshness.initial_age = read_duration(reader);
  freshness.lifetime = read_duration(reader);
  freshness.stale_while_revalidate = read_duration(reader);
  freshness.stale_if_error = read_duration(reader);
  freshness.stale = (flags & kStaleForbidden) != 0 ? caching::StalePermission::forbidden
                                                   : caching::StalePermission::allowed;
  freshness.revalidation = (flags & kRevalidateAlways) != 0 ? caching::Revalidation::always
                                                            : caching::Revalidation::when_stale;
}

std::vector<std::string> read_texts(Reader& reader, std::size_t most) {
  std::vector<std::string> texts(reader.count(kLengthSize, most));
  for (std::string& text : texts) text = reader.text();
  return texts;
}

std::string read_field_value(Reader& reader) {
  const std::string_view text = reader.text();
  if (!is_field_value(text)) reader.fail();
  return std::string(text);
}

void read_vary(Reader& reader, unsigned flags, caching::StoredMeta& meta) {
  caching::VaryNames names = read_texts(reader, kMostVaryNames);
  const bool varies = (flags & kHasVary) != 0;
  if (!is_well_formed(names) || (!varies && !names.empty())) reader.fail();
  if (varies) meta.vary = std::make_shared<const caching::VaryNames>(std::move(names));
}

void read_tags(Reader& reader, std::vector<std::string>& tags) {
  tags = read_texts(reader, kMostTags);
  if (std::adjacent_find(tags.begin(), tags.end(), std::greater_equal<>()) == tags.end()) return;
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
}

std::unique_ptr<caching::PartialContent> read_parts(Reader& reader,
                                                    unsigned flags,
                                                    std::uint64_t complete_length) {
  auto partial = std::make_unique<caching::PartialContent>();
  partial->complete_length = complete_length;
  partial->parts.resize(reader.count(2 * sizeof(std::uint64_t), caching::kMostParts));
  for (http::ByteRange& part : partial->parts) {
    part.first = reader.number<std::uint64_t>();
    part.last = reader.number<std::uint64_t>();
  }
  if ((flags & kIsPartial) != 0) return partial;
  if (complete_length != 0 || !partial->parts.empty()) reader.fail();
  return nullptr;
}

std::string read_head(Reader& reader) {
  const std::string_view text = reader.text();
  if (!is_head_text(text)) reader.fail();
  return std::string(text);
}

void read_withheld(Reader& reader, unsigned flags, store::StoredParts& parts) {
  std::string text = read_head(reader);
  const bool is_there = (flags & kHasWithheld) != 0;
  if (!is_there && !text.empty()) reader.fail();
  if (is_there) parts.withheld = std::move(text);
}

// Reads everything but the body, which is the rest.
void read_response(Reader& reader, store::StoredParts& parts) {
  caching::StoredMeta& meta = parts.meta;
  meta.status = reader.number<std::uint16_t>();
  if (meta.status < 100 || meta.status > 599) reader.fail();
  const unsigned flags = reader.number<std::uint16_t>();
  if (flags > kAllFlags) reader.fail();
  read_freshness(reader, flags, meta.freshness);
  meta.authorized_reuse = (flags & kAuthorizedReuse) != 0 ? caching::AuthorizedReuse::allowed
                                                          : caching::AuthorizedReuse::forbidden;
  meta.validators.last_modified_time = read_time(reader, (flags & kHasLastModified) != 0);
  meta.validators.date = read_time(reader, (flags & kHasDate) != 0);
  meta.rule_fingerprint = reader.number<std::uint64_t>();
  const auto complete_length = reader.number<std::uint64_t>();
  meta.validators.entity_tag = read_field_value(reader);
  meta.validators.last_modified = read_field_value(reader);
  meta.secondary_key = reader.text();
  read_vary(reader, flags, meta);
  read_tags(reader, meta.tags);
  auto partial = read_parts(reader, flags, complete_length);
  parts.key = reader.text();
  parts.authority = reader.text();
  parts.path_and_query = reader.text();
  parts.head = read_head(reader);
  read_withheld(reader, flags, parts);
  if (partial && !is_well_formed(*partial, reader.rest().size())) reader.fail();
  meta.partial = std::move(partial);
}

SharedBytes body_of(std::string value, std::size_t body_size) {
  if (body_size == 0) return {};
  const std::size_t offset = value.size() - body_size;
  if (value.capacity() - body_size > body_size / 4) {
    return SharedBytes::copy_of(std::string_view(value).substr(offset));
  }
  const auto owner = std::make_shared<const std::string>(std::move(value));
  return {std::shared_ptr<const char[]>(owner, owner->data() + offset), body_size};
}

std::optional<DecodeFailure> check_outside(std::string_view value, std::string_view name) noexcept {
  const std::size_t shown = std::min(value.size(), kMagic.size());
  if (value.empty() || value.substr(0, shown) != kMagic.substr(0, shown)) {
    return DecodeFailure::not_ours;
  }
  if (value.size() < kVersionAt + sizeof(kVersion)) return DecodeFailure::truncated;
  if (load_number<std::uint16_t>(value.data() + kVersionAt) != kVersion) {
    return DecodeFailure::other_version;
  }
  if (value.size() < kPartsAt) return DecodeFailure::truncated;
  if (value.size() < load_number<std::uint64_t>(value.data() + kSizeAt)) {
    return DecodeFailure::truncated;
  }
  if (load_number<std::uint64_t>(value.data() + kChecksumAt) != checksum(value, name)) {
    return DecodeFailure::checksum;
  }
  if (value.size() > load_number<std::uint64_t>(value.data() + kSizeAt)) {
    return DecodeFailure::malformed;
  }
  return std::nullopt;
}

}  // namespace

std::optional<StoredHeader> peek_header(std::string_view value) noexcept {
  if (value.size() < kStoredHeaderSize || !value.starts_with(kMagic)) return std::nullopt;
  if (load_number<std::uint16_t>(value.data() + kVersionAt) != kVersion) return std::nullopt;
  return StoredHeader{.generation = load_number<std::uint64_t>(value.data() + 8),
                      .epoch = load_number<std::uint64_t>(value.data() + 16),
                      .sequence = load_number<std::uint64_t>(value.data() + 24)};
}

std::string_view to_string(DecodeFailure failure) noexcept {
  switch (failure) {
    case DecodeFailure::not_ours:
      return "not_ours";
    case DecodeFailure::other_version:
      return "other_version";
    case DecodeFailure::truncated:
      return "truncated";
    case DecodeFailure::checksum:
      return "checksum";
    case DecodeFailure::malformed:
      return "malformed";
  }
  return "malformed";
}

std::variant<store::StoredParts, DecodeFailure> decode_response(std::string value,
                                                                std::string_view name) {
  if (const auto failure = check_outside(value, name)) return *failure;
  const StoredHeader header = peek_header(value).value_or(StoredHeader{});
  store::StoredParts parts;
  Reader reader(std::string_view(value).substr(kPartsAt));
  read_response(reader, parts);
  if (reader.failed()) return DecodeFailure::malformed;
  parts.sequence = header.sequence;
  parts.shared = {header.generation, header.epoch};
  const std::size_t body_size = reader.rest().size();
  if (body_size > 0) parts.body.push_back(body_of(std::move(value), body_size));
  return parts;
}

}  // namespace hawkcache::shared_store
