#include "core/git/refs.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace pipectl::git {
namespace {

constexpr std::string_view heads = "refs/heads/";
constexpr std::string_view tags = "refs/tags/";
constexpr std::size_t shortest = 4;  ///< digits of an abbreviated id, as git has it

const RemoteRef* find(const std::vector<RemoteRef>& refs, std::string_view name) {
  const auto found = std::find_if(refs.begin(), refs.end(),
                                  [&](const RemoteRef& ref) { return ref.name == name; });
  return found == refs.end() ? nullptr : &*found;
}

std::string short_name(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) ? std::string(name.substr(prefix.size())) : std::string{};
}

Wanted wanted(const RemoteRef& ref) {
  return {ref.name, short_name(ref.name, heads), short_name(ref.name, tags), ref.id};
}

std::vector<std::string_view> short_names(const std::vector<RemoteRef>& refs) {
  std::vector<std::string_view> names;
  for (const auto& ref : refs)
    for (const auto prefix : {heads, tags})
      if (ref.name.starts_with(prefix) && !ref.name.ends_with("^{}"))
        names.push_back(std::string_view(ref.name).substr(prefix.size()));
  return names;
}

/// `it has main, dev, v1.0 and 12 more`
std::string overview(const std::vector<RemoteRef>& refs) {
  constexpr std::size_t most = 5;
  const auto names = short_names(refs);
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
    text += (i == 0 ? "it has " : ", ") + printable(names[i]);
  if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
  return text;
}

Result<Wanted> find_head(const std::vector<RemoteRef>& refs, const Address& address) {
  const RemoteRef* head = find(refs, "HEAD");
  if (head == nullptr)
    return fail(Fault::infrastructure,
                address.url() + (refs.empty() ? " has no commits" : ": its HEAD names no branch"),
                refs.empty() ? "" : "name a branch, tag or commit as `ref`; " + overview(refs));
  if (const RemoteRef* branch = find(refs, head->target)) return wanted(*branch);
  return wanted(*head);
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

Result<Wanted> missing(const std::vector<RemoteRef>& refs, const std::string& ref,
                       const Address& address) {
  const auto names = short_names(refs);
  std::string hint = suggestion(ref, names);
  if (hint.empty()) hint = overview(refs);
  return fail(Fault::infrastructure,
              address.url() + " has no branch, tag or commit '" + printable(ref) + "'", hint);
}

}  // namespace

Error no_such_commit(const std::string& ref, const Address& address) {
  return {Fault::infrastructure,
          address.url() + " has no commit '" + printable(ref) + "' on any branch or tag",
          "was it pushed? A branch that was force-pushed no longer has its old commits"};
}

Result<Wanted> find_ref(const std::vector<RemoteRef>& refs, const std::string& ref,
                        const Address& address) {
  if (ref.empty() || ref == "HEAD") return find_head(refs, address);
  for (const std::string& name :
       {std::string(heads) + ref, std::string(tags) + ref, ref, "refs/" + ref})
    if (const RemoteRef* found = find(refs, name)) return wanted(*found);
  if (!is_hex(ref) || ref.size() < shortest || ref.size() > 64) return missing(refs, ref, address);
  std::string id = ref;
  std::transform(id.begin(), id.end(), id.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const bool whole = id.size() == 40 || id.size() == 64;
  return Wanted{"", "", "", std::move(id), !whole};
}

}  // namespace pipectl::git
