import {
  Bar,
  BarChart,
  CartesianGrid,
  ErrorBar,
  Legend,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";

type Series = { key: string; name: string; color: string; dash?: string };
type Row = Record<string, string | number | null | [number, number]>;
type Props = { rows: readonly Row[]; x: string; series: readonly Series[]; unit?: string };

const AXIS = { stroke: "var(--line-strong)", tick: { fill: "var(--ink-3)", fontSize: 11 }, tickLine: false };
const HINT = {
  contentStyle: {
    ...{
      background: "var(--raised)",
      border: "1px solid var(--line-strong)",
      borderRadius: 6,
      padding: "6px 10px",
    },
    color: "var(--ink)",
  },
  itemStyle: { color: "var(--ink-2)", padding: 0 },
  cursor: { fill: "var(--hover)", stroke: "var(--line-strong)" },
  isAnimationActive: false,
};
const GRID = <CartesianGrid stroke="var(--line)" vertical={false} />;
const LEGEND = (
  <Legend
    iconType="plainline"
    iconSize={14}
    formatter={(name: string) => <span className="text-ink-2">{name}</span>}
  />
);
const MARGIN = { top: 4, right: 8, bottom: 0, left: -8 };

/** Several lines over the same steps; told apart by their dashes too. */
export function Lines({ rows, x, series, unit = "" }: Props) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <LineChart data={[...rows]} margin={MARGIN} accessibilityLayer={false}>
        {GRID}
        <XAxis dataKey={x} {...AXIS} />
        <YAxis {...AXIS} unit={unit} width={52} />
        <Tooltip {...HINT} />
        {LEGEND}
        {series.map(({ key, name, color, dash }) => (
          <Line
            key={key}
            dataKey={key}
            name={name}
            stroke={color}
            strokeWidth={2}
            {...(dash && { strokeDasharray: dash })}
            dot={{ r: 2.5, fill: color, strokeWidth: 0 }}
            unit={unit}
            isAnimationActive={false}
          />
        ))}
      </LineChart>
    </ResponsiveContainer>
  );
}

/** Bars, one upon the other. */
export function StackedBars({ rows, x, series }: Props) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart data={[...rows]} margin={MARGIN} accessibilityLayer={false} barCategoryGap="28%">
        {GRID}
        <XAxis dataKey={x} {...AXIS} />
        <YAxis {...AXIS} allowDecimals={false} width={52} />
        <Tooltip {...HINT} />
        <Legend
          iconType="square"
          iconSize={9}
          formatter={(name: string) => <span className="text-ink-2">{name}</span>}
        />
        {series.map(({ key, name, color }) => (
          <Bar key={key} dataKey={key} name={name} fill={color} stackId="all" isAnimationActive={false} />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}

/** Shares in per cent with the interval in which they may as well lie: `[below, above]` under `<key>_spread`. */
export function SharesWithSpread({ rows, x, series }: Props) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart data={[...rows]} margin={MARGIN} accessibilityLayer={false} barCategoryGap="22%">
        {GRID}
        <XAxis dataKey={x} {...AXIS} />
        <YAxis {...AXIS} unit=" %" width={52} domain={[0, 100]} />
        <Tooltip {...HINT} />
        <Legend
          iconType="square"
          iconSize={9}
          formatter={(name: string) => <span className="text-ink-2">{name}</span>}
        />
        {series.map(({ key, name, color }) => (
          <Bar key={key} dataKey={key} name={name} fill={color} unit=" %" isAnimationActive={false}>
            <ErrorBar dataKey={`${key}_spread`} width={3} strokeWidth={1.25} stroke="var(--ink-2)" />
          </Bar>
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}
