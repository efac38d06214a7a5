import { Component, type ComponentClass, h, type VNode } from "preact";

/** A component that is drawn again only when one of its properties is another. */
export function memo<Props extends object>(draw: (props: Props) => VNode | null): ComponentClass<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>) {
      const names = new Set([...Object.keys(next), ...Object.keys(this.props)]) as Set<keyof Props>;
      return [...names].some((name) => next[name] !== (this.props as Props)[name]);
    }

    override render(props: Props) {
      return h(draw, props);
    }
  };
}
