// A blocking TCP socket on the loopback with the bytes read from it so far, and HTTP message bodies
// read from it as they arrive. One thread at a time, but for shut_down(). Every wait is bounded.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hawkcache::scenario {

inline constexpr std::chrono::milliseconds kPatience{10'000};

class Wire {
 public:
  explicit Wire(int descriptor) : descriptor_(descriptor) {}
  ~Wire();
  Wire(Wire&& other) noexcept;
  Wire& operator=(Wire&& other) noexcept;

  // Null descriptor (is_open() false) where nobody listens.
  static Wire connect(std::uint16_t port);

  bool is_open() const { return descriptor_ >= 0; }
  // False once the peer does not take bytes any more.
  bool send(std::string_view bytes);
  // Waits for more bytes; false at the end of the connection, and when patience ends (see
  // timed_out()).
  bool receive(std::chrono::milliseconds patience = kPatience);
  bool timed_out() const { return timed_out_; }
  // Whether the connection ended by a reset.
  bool was_reset() const { return was_reset_; }

  // Through the empty line; nullopt at the end of the connection. What follows stays in buffer().
  std::optional<std::string> read_head();
  std::string& buffer() { return buffer_; }

  void shut_down_sending();
  // Ends both directions; also wakes a thread that waits in receive(). Any thread.
  void shut_down();
  void close();
  // Closes so that the peer sees a reset.
  void reset();
  // Keeps the receive window small, so that back-pressure can be seen early. Before data flows.
  void shrink_receive_buffer(int bytes);

 private:
  std::atomic<int> descriptor_{-1};
  std::string buffer_;
  bool timed_out_ = false;
  bool was_reset_ = false;
};

// How a body ends, and how far it has been read.
struct BodyReader {
  enum class Kind { none, length, chunked, close };
  enum class State { reading, complete, broken };

  Kind kind = Kind::none;
  State state = State::complete;
  std::uint64_t remaining = 0;  // of the length, or of the current chunk
  std::string trailers;         // raw

  static BodyReader none() { return {}; }
  static BodyReader of_length(std::uint64_t length);
  static BodyReader chunked() {
    return {.kind = Kind::chunked, .state = State::reading, .trailers = {}};
  }
  static BodyReader until_close() {
    return {.kind = Kind::close, .state = State::reading, .trailers = {}};
  }

  // Appends what can be had, waiting where there is nothing. Returns whether there may be more.
  bool read_some(Wire& wire, std::string& out);

 private:
  bool read_chunked(Wire& wire, std::string& out);
  bool take(Wire& wire, std::string& out);
  bool finish(State end);
  std::optional<std::string> read_line(Wire& wire);
};

}  // namespace hawkcache::scenario
