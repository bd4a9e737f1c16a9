import type { Status, Task } from './tasks';

async function call<T>(path: string, method = 'GET', body?: object): Promise<T> {
  const answer = await fetch(`/api/tasks${path}`, {
    method,
    headers: body && { 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) {
    const { error } = (await answer.json().catch(() => ({}))) as { error?: string };
    throw new Error(error ?? `the server answered ${answer.status}`);
  }
  return (await answer.json()) as T;
}

export const list = () => call<Task[]>('');
export const add = (title: string) => call<Task>('', 'POST', { title });
export const move = (task: Task, status: Status) => call<Task>(`/${task.id}`, 'PATCH', { status });
