#include "core/base/redactor.hpp"

#include <fmt/format.h>

#include <mutex>
#include <vector>

#include "core/base/secret_forms.hpp"
#include "core/base/secret_matcher.hpp"

namespace pipectl {
namespace {

using More = SecretMatcher::More;

class RedactedStream final : public Redactor::Stream {
 public:
  explicit RedactedStream(std::shared_ptr<const SecretMatcher> matcher)
      : matcher_(std::move(matcher)) {}
  void push(std::string_view bytes, std::string& out) override {
    matcher_->redact(bytes, out, carry_, More::may_come);
  }
  void finish(std::string& out) override { matcher_->redact({}, out, carry_, More::never); }

 private:
  const std::shared_ptr<const SecretMatcher> matcher_;
  SecretMatcher::Carry carry_;
};

}  // namespace

struct Redactor::Impl {
  std::mutex mutex;                              // protects all
  std::vector<std::string> forms;                // of all secrets
  std::vector<std::string> wrapped;              // of all secrets, may have line breaks in them
  std::shared_ptr<const SecretMatcher> matcher;  // of these forms; null: to be made

  std::shared_ptr<const SecretMatcher> current() {
    const std::lock_guard lock(mutex);
    if (!matcher) matcher = std::make_shared<const SecretMatcher>(forms, wrapped);
    return matcher;
  }
};

Redactor::Redactor() : impl_(std::make_unique<Impl>()) {}
Redactor::~Redactor() = default;

Result<void> Redactor::add(std::string_view name, std::string_view value) {
  auto forms = secret_forms(value);
  if (forms.empty())
    return fail(Fault::usage,
                fmt::format("secret {} is shorter than {} characters", name, shortest_secret),
                "so short a value cannot be kept out of logs; use a longer one");
  auto wrapped = wrapped_forms(value);
  const std::lock_guard lock(impl_->mutex);
  for (auto& form : forms) impl_->forms.push_back(std::move(form));
  for (auto& form : wrapped) impl_->wrapped.push_back(std::move(form));
  impl_->matcher.reset();
  return {};
}

std::string Redactor::redact(std::string_view text) const {
  std::string out;
  SecretMatcher::Carry carry;
  impl_->current()->redact(text, out, carry, More::never);
  return out;
}

bool Redactor::contains_secret(std::string_view text) const {
  return impl_->current()->contains(text);
}

std::unique_ptr<Redactor::Stream> Redactor::stream() const {
  return std::make_unique<RedactedStream>(impl_->current());
}

}  // namespace pipectl
