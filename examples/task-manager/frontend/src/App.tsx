import { type FormEvent, useEffect, useState } from 'react';
import * as api from './api';
import { TaskList } from './TaskList';
import { replace, type Status, type Task } from './tasks';

export function App() {
  const [tasks, setTasks] = useState<Task[]>([]);
  const [title, setTitle] = useState('');
  const [problem, setProblem] = useState('');

  const attempt = (work: Promise<void>) => {
    setProblem('');
    work.catch((error: Error) => setProblem(error.message));
  };

  useEffect(() => attempt(api.list().then(setTasks)), []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt(
      api.add(title).then((task) => {
        setTasks((before) => [task, ...before]);
        setTitle('');
      }),
    );
  };

  const move = (task: Task, status: Status) =>
    attempt(api.move(task, status).then((changed) => setTasks((before) => replace(before, changed))));

  return (
    <main>
      <h1>Tasks</h1>
      {problem && <p role="alert">{problem}</p>}
      <form onSubmit={submit}>
        <input aria-label="Title" required value={title} onChange={(event) => setTitle(event.target.value)} />
        <button>Add</button>
      </form>
      <TaskList tasks={tasks} onMove={move} />
    </main>
  );
}
