import { Component, type ComponentChildren } from "preact";
import { href } from "./route.ts";

interface BoundaryProps {
  /** Names what is shown: with another one it is tried again. */
  readonly subject: string;
  readonly children: ComponentChildren;
}

interface BoundaryState {
  readonly subject?: string;
  readonly error?: Error | undefined;
}

/** Shows its children, or what went wrong as they were drawn, with a way on. */
export class ErrorBoundary extends Component<BoundaryProps, BoundaryState> {
  static override getDerivedStateFromError(error: Error): BoundaryState {
    return { error };
  }

  static override getDerivedStateFromProps({ subject }: BoundaryProps, state: BoundaryState): BoundaryState | null {
    return state.subject === subject ? null : { subject, error: undefined };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <>
        <h1>This view cannot be shown</h1>
        <p class="failure" role="alert">
          {error.message}
        </p>
        <p>
          A value in the address may be wrong. <a href={href("overview")}>Go to the overview</a>.
        </p>
      </>
    );
  }
}
