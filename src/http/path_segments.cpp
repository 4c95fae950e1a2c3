#include "base/ascii.hpp"
#include "base/byte_words.hpp"
#include "http/target.hpp"

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
      const int byte = ascii::percent_byte(segment, i);
      if (byte < 0) return PathHazard::bad_escape;
      c = static_cast<char>(byte);
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
  const PathHazard hazard = is_plain(path) ? split_plain(path) : split_decoding(path);
  if (hazard != PathHazard::none) segments_.clear();
  return hazard;
}

PathHazard PathSegments::split_plain(std::string_view path) {
  decoded_ = path;
  PathHazard hazard = PathHazard::none;
  std::size_t begin = 0;
  byte_words::for_each(decoded_, '/', [&](std::size_t end) {
    const PathHazard found = add_segment(begin, end, Place::before_others);
    if (hazard == PathHazard::none) hazard = found;
    begin = end + 1;
  });
  const PathHazard last = add_segment(begin, decoded_.size(), Place::last);
  return hazard != PathHazard::none ? hazard : last;
}

PathHazard PathSegments::split_decoding(std::string_view path) {
  for (;;) {
    const std::size_t end = path.find('/');
    const bool last = end == std::string_view::npos;
    const std::size_t begin = decoded_.size();
    PathHazard hazard = append_decoded(path.substr(0, end), decoded_);
    if (hazard != PathHazard::none) return hazard;
    hazard = add_segment(begin, decoded_.size(), last ? Place::last : Place::before_others);
    if (hazard != PathHazard::none || last) return hazard;
    decoded_ += '/';
    path.remove_prefix(end + 1);
  }
}

PathHazard PathSegments::add_segment(std::size_t begin, std::size_t end, Place place) {
  const std::size_t size = end - begin;
  if (size == 0 && place != Place::last) return PathHazard::empty_segment;
  if (size > 0 && decoded_[begin] == '.' &&
      (size == 1 || (size == 2 && decoded_[begin + 1] == '.'))) {
    return PathHazard::dot_segment;
  }
  segments_.push_back({.begin = begin, .size = size});
  return PathHazard::none;
}

std::string_view PathSegments::tail(std::size_t i) const noexcept {
  if (i >= segments_.size()) return {};
  return std::string_view(decoded_).substr(segments_[i].begin);
}

}  // namespace hawkcache::http
