// Numbers that are mostly small, or not there: each takes 0, 2, 4 or 8 bytes, and two bits of one
// word for all of them say which. They are read in the order in which they were written. Inside the
// store's folder only; pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include <boost/endian/conversion.hpp>

namespace hawkcache::store {

// The codes of two bits.
enum class NumberWidth : std::uint8_t { none, two, four, eight };

constexpr std::size_t size_of(NumberWidth width) noexcept {
  return (std::size_t{1} << static_cast<unsigned>(width)) & ~std::size_t{1};
}

constexpr std::int64_t kMillisecondsInSecond = 1000;

// REQUIRES: at most kMost numbers.
class NumberPacker {
 public:
  static constexpr std::size_t kMost = 24;

  void number(std::uint64_t value) noexcept {
    put(value == 0 ? NumberWidth::none : smallest_for(value), value);
  }
  // Whole seconds take less.
  void milliseconds(std::int64_t value) noexcept {
    if (value == 0) {
      put(NumberWidth::none, 0);
    } else {
      optional_milliseconds(value);
    }
  }
  // Tells 0 from nothing.
  void optional_milliseconds(std::optional<std::int64_t> value) noexcept {
    if (!value) return put(NumberWidth::none, 0);
    const auto seconds = static_cast<std::uint64_t>(*value / kMillisecondsInSecond);
    const bool whole = *value >= 0 && *value % kMillisecondsInSecond == 0;
    if (whole && smallest_for(seconds) != NumberWidth::eight) {
      put(smallest_for(seconds), seconds);
    } else {
      put(NumberWidth::eight, static_cast<std::uint64_t>(*value));
    }
  }

  std::uint64_t widths() const noexcept { return widths_; }
  std::string_view bytes() const noexcept { return {bytes_.data(), size_}; }

 private:
  static constexpr NumberWidth smallest_for(std::uint64_t value) noexcept {
    if (value <= std::numeric_limits<std::uint16_t>::max()) return NumberWidth::two;
    if (value <= std::numeric_limits<std::uint32_t>::max()) return NumberWidth::four;
    return NumberWidth::eight;
  }
  void put(NumberWidth width, std::uint64_t value) noexcept {
    widths_ |= static_cast<std::uint64_t>(width) << (2 * count_++);
    const std::uint64_t little = boost::endian::native_to_little(value);
    std::memcpy(bytes_.data() + size_, &little, size_of(width));
    size_ += size_of(width);
  }

  std::array<char, kMost * sizeof(std::uint64_t)> bytes_;
  std::size_t size_ = 0;
  std::size_t count_ = 0;
  std::uint64_t widths_ = 0;
};

// REQUIRES: eight bytes can be read from where each number begins.
class NumberReader {
 public:
  NumberReader(std::uint64_t widths, const char* bytes) noexcept : widths_(widths), at_(bytes) {}

  void skip(std::size_t count) noexcept {
    at_ += size_of_first(count);
    widths_ >>= 2 * count;
  }
  // Whether the next `count` are all 0 or not there.
  bool is_nothing(std::size_t count) const noexcept {
    return (widths_ & ((std::uint64_t{1} << (2 * count)) - 1)) == 0;
  }
  std::uint64_t number() noexcept { return load(take_width()); }
  std::int64_t milliseconds() noexcept { return load_milliseconds(take_width()); }
  std::optional<std::int64_t> optional_milliseconds() noexcept {
    const NumberWidth width = take_width();
    if (width == NumberWidth::none) return std::nullopt;
    return load_milliseconds(width);
  }
  // Where the next one begins.
  const char* at() const noexcept { return at_; }

 private:
  // All widths at once. Of a code's two bits, low and high: it stands for low + 2 high + (low and
  // high) times two bytes.
  std::size_t size_of_first(std::size_t count) const noexcept {
    constexpr std::uint64_t kPairs = 0x5555'5555'5555'5555u;
    constexpr std::uint64_t kFours = 0x3333'3333'3333'3333u;
    constexpr std::uint64_t kEights = 0x0F0F'0F0F'0F0F'0F0Fu;
    constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101u;
    const std::uint64_t codes = widths_ & ((std::uint64_t{1} << (2 * count)) - 1);
    const std::uint64_t both = codes & (codes >> 1) & kPairs;
    const std::uint64_t fours =
        (codes & kFours) + ((codes >> 2) & kFours) + (both & kFours) + ((both >> 2) & kFours);
    const std::uint64_t eights = (fours & kEights) + ((fours >> 4) & kEights);
    return 2 * ((eights * kOnes) >> 56);
  }
  NumberWidth take_width() noexcept {
    const auto width = static_cast<NumberWidth>(widths_ & 3);
    widths_ >>= 2;
    return width;
  }
  std::uint64_t load(NumberWidth width) noexcept {
    static constexpr std::array<std::uint64_t, 4> kMasks{0, 0xFFFF, 0xFFFF'FFFF, ~std::uint64_t{0}};
    std::uint64_t little;
    std::memcpy(&little, at_, sizeof(little));
    at_ += size_of(width);
    return boost::endian::little_to_native(little) & kMasks[static_cast<std::size_t>(width)];
  }
  std::int64_t load_milliseconds(NumberWidth width) noexcept {
    const auto value = static_cast<std::int64_t>(load(width));
    return width == NumberWidth::eight ? value : value * kMillisecondsInSecond;
  }

  std::uint64_t widths_;
  const char* at_;
};

}  // namespace hawkcache::store
