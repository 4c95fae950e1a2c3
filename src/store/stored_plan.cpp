#include "store/stored_plan.hpp"

#include <algorithm>
#include <optional>

namespace hawkcache::store {

namespace {

// A body up to this size is copied into the block.
constexpr std::size_t kSmallBody = 4096;

constexpr std::size_t aligned(std::size_t size) noexcept {
  return (size + alignof(void*) - 1) & ~(alignof(void*) - 1);
}

std::optional<std::int64_t> count_of(const std::optional<WallTime>& time) noexcept {
  if (!time) return std::nullopt;
  return time->time_since_epoch().count();
}

}  // namespace

StoredResponse::Plan::Plan(const StoredPartsView& parts, const CommonHeadRef& common) {
  for (const SharedBytes& chunk : parts.body) {
    body_size += chunk.size();
    chunks += chunk.empty() ? 0u : 1u;
  }
  if (body_size <= kSmallBody) chunks = 0;
  text_size = parts.key.size() + parts.head.size() + (chunks > 0 ? 0 : body_size);
  add_numbers(parts);
  std::size_t slots = parts.meta.tags.size() * sizeof(TagRef);
  if (common) slots += sizeof(CommonHeadRef);
  if (parts.meta.vary) slots += sizeof(VarySlot);
  if (parts.meta.partial) slots += sizeof(PartSlot);
  if (chunks > 0) slots += sizeof(std::uint64_t) + chunks * sizeof(SharedBytes);
  const std::size_t numbers_end = sizeof(StoredResponse) + numbers.bytes().size();
  texts_at = slots > 0 ? aligned(numbers_end) + slots : numbers_end;
}

void StoredResponse::Plan::add_numbers(const StoredPartsView& parts) {
  const caching::StoredMeta& meta = parts.meta;
  const caching::Freshness& freshness = meta.freshness;
  add_text(meta.secondary_key);
  numbers.milliseconds(freshness.response_time.time_since_epoch().count());
  numbers.milliseconds(freshness.lifetime.count());
  numbers.milliseconds(freshness.initial_age.count());
  numbers.milliseconds(freshness.stale_while_revalidate.count());
  numbers.milliseconds(freshness.stale_if_error.count());
  add_text(parts.withheld.value_or(std::string_view()));
  numbers.number(parts.epoch);
  add_place(parts.authority, parts.key, 0);
  add_place(parts.path_and_query, parts.key, 0);
  add_place(meta.validators.entity_tag, parts.head, parts.key.size());
  add_place(meta.validators.last_modified, parts.head, parts.key.size());
  numbers.optional_milliseconds(count_of(meta.validators.last_modified_time));
  numbers.optional_milliseconds(count_of(meta.validators.date));
  numbers.number(parts.shared.generation);
  numbers.number(parts.shared.epoch);
}

void StoredResponse::Plan::add_text(std::string_view text) {
  numbers.number(text.size());
  other_texts.push_back(text);
  text_size += text.size();
}

void StoredResponse::Plan::add_place(std::string_view text,
                                     std::string_view within,
                                     std::size_t within_at) {
  const std::size_t found = within.find(text);
  if (text.empty() || found != std::string_view::npos) {
    numbers.number(text.empty() ? 0 : within_at + found);
    numbers.number(text.size());
    return;
  }
  numbers.number(text_size);
  add_text(text);
}

// A number is read as eight bytes, whatever it takes.
std::size_t StoredResponse::Plan::block_size() const noexcept {
  const std::size_t numbers_end = sizeof(StoredResponse) + numbers.bytes().size();
  return std::max(texts_at + text_size, numbers_end + sizeof(std::uint64_t));
}

}  // namespace hawkcache::store
