// Where coroutines of one worker wait that let the others go first: each goes on after whatever was
// ready when it came here has been dealt with, and what has become ready since has been asked for.
// That is how steps of one kind come together: the kernel's and ours stay warm in the processor's
// caches, and whoever is at the other end is woken once for many.
// All that wait are resumed by one task of the event loop, which costs each a few instructions,
// where posting itself would cost some hundred. On the worker's thread; goes before the event loop.
#pragma once

#include "net/asio.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/intrusive/slist.hpp>

namespace hawkcache::net {

class Turns {
 public:
  // A place in the queue: part of who waits, and where what resumes it is kept, so that waiting
  // does not allocate. Holds one at a time.
  class Place : public boost::intrusive::slist_base_hook<> {
   public:
    Place() = default;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    friend class Turns;
    enum class End { resumed, forgotten };

    template <class Handler>
    void hold(Handler handler) {
      static_assert(sizeof(Handler) <= sizeof(memory_) && alignof(Handler) <= alignof(void*));
      new (memory_.data()) Handler(std::move(handler));
      end_ = [](Place& place, End how) {
        auto* held = std::launder(reinterpret_cast<Handler*>(place.memory_.data()));
        // Who waits may be gone, this place with it, before the call returns.
        Handler taken(std::move(*held));
        held->~Handler();
        if (how == End::resumed) std::move(taken)();
      };
    }

    alignas(void*) std::array<std::byte, 4 * sizeof(void*)> memory_;
    void (*end_)(Place&, End) = nullptr;
  };

  explicit Turns(Executor executor) : executor_(executor) {}
  ~Turns();
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  // Whether others are likely to wait along, so that waiting brings steps of one kind together.
  // Not where the last who asked then waited alone: it was a poll of the event loop for nothing.
  // Asked before each wait that serves this only.
  bool brings_company() noexcept {
    asked_ = alone_ == 0;
    if (!asked_) --alone_;
    return asked_;
  }

  // The number of the turn that is under way, so that what may be as old as a turn is asked once in
  // it. 0: none is.
  std::uint64_t current() const noexcept { return current_; }

  // An asynchronous operation without a result. REQUIRES: nobody waits at this place.
  template <class Token>
  auto wait(Place& place, Token&& token) {
    return asio::async_initiate<Token, void()>(
        [this, &place](auto handler) {
          // May throw: then nobody waits yet.
          if (waiting_.empty()) schedule();
          place.hold(std::move(handler));
          waiting_.push_back(place);
        },
        token);
  }

 private:
  void schedule();
  void run();
  void resume_due();

  using Queue = boost::intrusive::
      slist<Place, boost::intrusive::cache_last<true>, boost::intrusive::constant_time_size<false>>;
  Executor executor_;
  Queue waiting_;
  Queue due_;  // while they are resumed
  std::uint64_t turns_ = 0;
  std::uint64_t current_ = 0;
  unsigned alone_ = 0;  // so many go on without waiting
  bool asked_ = false;  // one of those that wait
};

}  // namespace hawkcache::net
