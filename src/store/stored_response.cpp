#include "store/stored_response.hpp"

#include "store/footprint.hpp"

#include <utility>

namespace hawkcache::store {

namespace {

// The reference counts that make_shared puts beside what it makes.
constexpr std::size_t kControlBlock = 16;
constexpr std::size_t kArrayControlBlock = 24;

// Gives memory back where a text was built with room to spare.
void trim(std::string& text) {
  if (text.capacity() > text.size() + 64) text.shrink_to_fit();
}

std::size_t meta_footprint(const caching::StoredMeta& meta) noexcept {
  std::size_t bytes = heap_footprint(meta.validators.entity_tag) +
                      heap_footprint(meta.validators.last_modified) +
                      heap_footprint(meta.secondary_key);
  if (meta.vary != nullptr) {
    bytes += heap_footprint(sizeof(caching::VaryNames) + kControlBlock);
    bytes += heap_footprint(meta.vary->capacity() * sizeof(std::string));
    for (const std::string& name : *meta.vary) bytes += heap_footprint(name);
  }
  if (meta.partial != nullptr) {
    bytes += heap_footprint(sizeof(caching::PartialContent) + kControlBlock);
    bytes += heap_footprint(meta.partial->parts.capacity() * sizeof(http::ByteRange));
  }
  bytes += heap_footprint(meta.tags.capacity() * sizeof(std::string));
  for (const std::string& tag : meta.tags) bytes += heap_footprint(tag);
  return bytes;
}

}  // namespace

StoredResponse::StoredResponse(StoredParts parts)
    : parts_(std::move(parts)), hash_(hash128(parts_.key)), checked_(parts_.judged_at) {
  trim(parts_.key);
  trim(parts_.head);
  parts_.body.shrink_to_fit();
  for (const SharedBytes& chunk : parts_.body) body_size_ += chunk.size();
  if (parts_.soft_purged_at) {
    soft_purged_.store(parts_.soft_purged_at->time_since_epoch().count(),
                       std::memory_order_relaxed);
  }
}

std::vector<std::string> StoredResponse::tag_texts() const {
  std::vector<std::string> texts = parts_.meta.tags;
  for (const TagRef& tag : tags()) texts.emplace_back(tag->name());
  return texts;
}

std::optional<WallTime> StoredResponse::soft_purged_at() const noexcept {
  const std::int64_t at = soft_purged_.load(std::memory_order_relaxed);
  if (at == kNever) return std::nullopt;
  return WallTime(Duration(at));
}

Trust StoredResponse::vouch(const PurgeFence& fence) const noexcept {
  const auto verdict_so_far = [this](Epoch checked) {
    if (checked == kCondemned) return Trust::distrusted;
    return soft_purged_.load(std::memory_order_relaxed) == kNever ? Trust::trusted
                                                                  : Trust::expired_by_soft_purge;
  };
  // Read before any fence is looked at: what is raised during the look is above it.
  const Epoch now = fence.current();
  Epoch checked = checked_.load(std::memory_order_acquire);
  if (checked >= now) return verdict_so_far(checked);

  const FenceSubject subject{epoch(), authority(), path_and_query()};
  // Before its tags are records they are text, and the fence is asked by text.
  const FenceVerdict verdict =
      parts_.meta.tags.empty()
          ? fence.recheck(subject, tags(), checked)
          : fence.recheck(subject, std::span<const std::string>(parts_.meta.tags), checked);
  if (verdict.trust == Trust::distrusted) {
    checked_.store(kCondemned, std::memory_order_release);
    return Trust::distrusted;
  }
  if (verdict.trust == Trust::expired_by_soft_purge) {
    std::int64_t known = soft_purged_.load(std::memory_order_relaxed);
    const std::int64_t at = verdict.expired_at.time_since_epoch().count();
    while (known < at && !soft_purged_.compare_exchange_weak(known, at)) {
    }
  }
  // Others may have looked meanwhile: their later look, or their distrust, stands.
  while (checked < now && !checked_.compare_exchange_weak(
                              checked, now, std::memory_order_release, std::memory_order_acquire)) {
  }
  return verdict_so_far(checked);
}

std::size_t StoredResponse::footprint() const noexcept {
  std::size_t bytes = heap_footprint(sizeof(StoredResponse) + kControlBlock);
  bytes += heap_footprint(parts_.key) + heap_footprint(parts_.authority) +
           heap_footprint(parts_.path_and_query) + heap_footprint(parts_.head);
  bytes += meta_footprint(parts_.meta);
  if (tag_count_ > 0) bytes += heap_footprint(tag_count_ * sizeof(TagRef) + sizeof(std::size_t));
  bytes += heap_footprint(parts_.body.capacity() * sizeof(SharedBytes));
  for (const SharedBytes& chunk : parts_.body)
    bytes += heap_footprint(chunk.size() + kArrayControlBlock);
  return bytes;
}

void StoredResponse::adopt_tags(std::span<TagRef> tags) {
  parts_.meta.tags = std::vector<std::string>();
  if (tags.empty()) return;
  tags_ = std::make_unique<TagRef[]>(tags.size());
  tag_count_ = tags.size();
  for (std::size_t i = 0; i < tag_count_; ++i) tags_[i] = std::move(tags[i]);
}

}  // namespace hawkcache::store
