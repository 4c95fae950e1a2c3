#include "base/ascii.hpp"
#include "base/byte_words.hpp"
#include "http/target.hpp"

#include <algorithm>
#include <cstdint>

namespace hawkcache::http {
namespace {

// What one byte of a segment means for the whole path, decoded or plain.
PathHazard hazard_of(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte == 0x7f) return PathHazard::control_byte;
  if (c == '\\') return PathHazard::encoded_backslash_or_backslash;
  if (c == '/') return PathHazard::encoded_slash;  // a plain one would have ended the segment
  return PathHazard::none;
}

// Nothing to decode and no byte that is a hazard.
bool is_plain(std::string_view path) noexcept {
  return !byte_words::any(path, 'a', [](std::uint64_t word) {
    return byte_words::has_below(word, ' ') || byte_words::has(word, '%') ||
           byte_words::has(word, '\\') || byte_words::has(word, '\x7f');
  });
}

PathHazard append_decoded(std::string_view segment, std::string& decoded) {
  for (std::size_t i = 0; i < segment.size(); ++i) {
    char c = segment[i];
    if (c == '%') {
      const int high = i + 2 < segment.size() ? ascii::hex_value(segment[i + 1]) : -1;
      const int low = i + 2 < segment.size() ? ascii::hex_value(segment[i + 2]) : -1;
      if (high < 0 || low < 0) return PathHazard::bad_escape;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    const PathHazard hazard = hazard_of(c);
    if (hazard != PathHazard::none) return hazard;
    decoded += c;
  }
  return PathHazard::none;
}

}  // namespace

PathHazard PathSegments::assign(std::string_view path) {
  segments_.clear();
  if (segments_.capacity() == 0) segments_.reserve(8);
  decoded_.clear();
  if (!path.starts_with('/')) return PathHazard::none;
  path.remove_prefix(1);
  const auto fail = [this](PathHazard hazard) {
    segments_.clear();
    return hazard;
  };
  const bool plain = is_plain(path);
  if (plain) decoded_ = path;
  for (std::size_t begin = 0;;) {
    const std::size_t end = path.find('/');
    const bool last = end == std::string_view::npos;
    std::size_t size = std::min(end, path.size());
    if (!plain) {
      const PathHazard hazard = append_decoded(path.substr(0, end), decoded_);
      if (hazard != PathHazard::none) return fail(hazard);
      size = decoded_.size() - begin;
    }
    const std::string_view segment(decoded_.data() + begin, size);
    if (segment == "." || segment == "..") return fail(PathHazard::dot_segment);
    if (segment.empty() && !last) return fail(PathHazard::empty_segment);
    segments_.push_back({.begin = begin, .size = size});
    if (last) return PathHazard::none;
    if (!plain) decoded_ += '/';
    begin += size + 1;
    path.remove_prefix(end + 1);
  }
}

std::string_view PathSegments::operator[](std::size_t i) const noexcept {
  return {decoded_.data() + segments_[i].begin, segments_[i].size};
}

std::string_view PathSegments::tail(std::size_t i) const noexcept {
  if (i >= segments_.size()) return {};
  return std::string_view(decoded_).substr(segments_[i].begin);
}

}  // namespace hawkcache::http
