import { Stack, Validations } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";

export interface AlarmTopicProps {
  readonly email?: string;
  /** Its policy must let CloudWatch use it, which cannot use SNS's own key. Default: the topic is not encrypted: alarms hold no data. */
  readonly encryptionKey?: IKey;
}

/** The topic of alarms: over TLS only, and only this account's alarms can publish to it. */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { email, encryptionKey }: AlarmTopicProps) {
    super(scope, id);
    const alarms = {
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
    };
    this.topic = new Topic(this, "Topic", {
      displayName: "Stocktake alarms",
      enforceSSL: true,
      ...(encryptionKey && { masterKey: encryptionKey }),
    });
    // Any topic policy replaces the default one, which lets the account's alarms publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({ ...alarms, actions: ["sns:Publish"], resources: [this.topic.topicArn] }),
    );
    if (email === undefined) return;
    const subscription = this.topic.addSubscription(new EmailSubscription(email));
    Validations.of(subscription).acknowledge({
      id: "Serverless-SNSRedrivePolicy",
      reason: "E-mail that bounced cannot be sent again; the alarm itself stays visible in CloudWatch.",
    });
  }
}
