#include "net/worker.hpp"

#include "net/spawn.hpp"

#include <exception>
#include <utility>

#include <boost/asio/post.hpp>
#include <pthread.h>
#include <sched.h>

namespace hawkcache::net {
namespace {

// A task that throws must not end the process.
void run(asio::io_context& context) {
  for (;;) {
    try {
      context.run();
      return;
    } catch (const std::exception& thrown) {
      report_defect(thrown);
    }
  }
}

}  // namespace

Worker::Worker(std::size_t index, const Clock& clock)
    : index_(index),
      clock_(clock),
      work_(context_.get_executor()),
      deadlines_(context_),
      turns_(context_.get_executor()) {}

Worker::~Worker() {
  stop();
  join();
}

void Worker::start() {
  thread_ = std::thread([this] { run(context_); });
}

bool Worker::pin(std::size_t core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  return pthread_setaffinity_np(thread_.native_handle(), sizeof cores, &cores) == 0;
}

void Worker::stop() { context_.stop(); }

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::post(std::function<void()> task) { asio::post(context_, std::move(task)); }

std::vector<std::size_t> usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<std::size_t> cores;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return cores;
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

}  // namespace hawkcache::net
