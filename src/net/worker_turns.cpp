#include "net/worker_turns.hpp"

#include <atomic>
#include <cstddef>
#include <memory>

namespace hawkcache::net {

Awaitable<void> turn_of_each(Worker& here, std::vector<Worker*> workers, Duration at_most) {
  if (workers.empty()) co_return;
  // Of this worker's event loop: the others' tasks, which may outlive it, only know it weakly.
  const auto timer = std::make_shared<Timer>(here.executor(), at_most);
  const auto left = std::make_shared<std::atomic<std::size_t>>(workers.size());
  for (Worker* worker : workers) {
    worker->post([&here, left, waiting = std::weak_ptr<Timer>(timer)] {
      if (left->fetch_sub(1) > 1) return;
      here.post([waiting] {
        if (const auto done = waiting.lock()) done->cancel();
      });
    });
  }
  [[maybe_unused]] const auto [error] = co_await timer->async_wait(use_op);
}

}  // namespace hawkcache::net
