#include "net/turns.hpp"

#include <iterator>

#include <boost/asio/post.hpp>

namespace hawkcache::net {
namespace {

// After one who waited without company.
constexpr unsigned kGoOnAlone = 32;

}  // namespace

// A coroutine that still waits is handed to the io_context, to be destroyed with it.
Turns::~Turns() {
  waiting_.splice(waiting_.begin(), due_);
  while (!waiting_.empty()) {
    Place& place = waiting_.front();
    waiting_.pop_front();
    place.end_(place, Place::End::forgotten);
  }
}

void Turns::schedule() {
  asio::post(executor_, [this] { run(); });
}

// Who comes back while the others are resumed waits for the next time.
void Turns::run() {
  due_.splice(due_.end(), waiting_);
  if (due_.empty()) return;  // what an exception left was resumed with later ones
  if (asked_ && std::next(due_.begin()) == due_.end()) alone_ = kGoOnAlone;
  asked_ = false;
  current_ = ++turns_;
  try {
    resume_due();
  } catch (...) {
    current_ = 0;
    // What went wrong is not the others' business.
    if (!due_.empty() && waiting_.empty()) schedule();
    throw;
  }
  current_ = 0;
}

void Turns::resume_due() {
  while (!due_.empty()) {
    Place& place = due_.front();
    due_.pop_front();
    place.end_(place, Place::End::resumed);
  }
}

}  // namespace hawkcache::net
